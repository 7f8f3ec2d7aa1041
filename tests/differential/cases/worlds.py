"""A random schema, as a model: entity types, common types and actions in namespaces.

A type is a tuple: ("Bool",), ("Long",), ("String",), ("decimal",), ("ipaddr",), ("datetime",),
("duration",), ("Entity", NAME), ("Set", TYPE), ("Record", ((ATTRIBUTE, TYPE, REQUIRED), ...)),
("Common", NAME). Names are whole: "Hub::User".
"""
import dataclasses
import re
import typing

SIMPLE = ("Bool", "Long", "String", "decimal", "ipaddr", "datetime", "duration")
NAMESPACES = ("Hub", "Acme", "Hub::Inner", "A::B::C")
ENTITY_NAMES = ("User", "Group", "Team", "Doc", "Folder", "Device", "Region", "Desk", "Case_1",
                "_x", "permit", "principal", "Set_", "Unit", "type")
ENUM_NAMES = ("Colour", "Level", "Status", "Day")
COMMON_NAMES = ("Address", "Contact", "Count", "Words", "Where", "Stamp", "entity", "namespace")
ATTRIBUTES = ("name", "age", "owner", "level", "tags", "seen", "limit", "info", "home", "parts",
              "from", "score", "flags", "type", "id", "principal")
QUOTED_ATTRIBUTES = ("a b", "", "if", "in", "é", "quote\"d", "back\\slash", "__entity1", "1st", "has",
                     "*", "new\nline", "日本")
ACTIONS = ("read", "write", "share", "view all", "erase", "if", "", "é\"", "act::on")
ENUM_IDS = ("red", "green", "", "in progress", "blue\"", "Ω")
NO_RECORD = ("Record", ())
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
RESERVED = ("true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar")


@dataclasses.dataclass
class EntityType:
    name: str
    parents: list = dataclasses.field(default_factory=list)
    shape: tuple = NO_RECORD
    tags: typing.Any = None
    enum: typing.Any = None


@dataclasses.dataclass
class Action:
    type: str
    id: str
    groups: list
    principals: list
    resources: list
    context: tuple = NO_RECORD

    @property
    def uid(self):
        return (self.type, self.id)


class World:
    def __init__(self):
        self.entities = {}
        self.commons = {}
        self.actions = []

    def whole(self, kind):
        """The type with every common type replaced by what it stands for."""
        if kind[0] == "Common":
            return self.whole(self.commons[kind[1]])
        if kind[0] == "Set":
            return ("Set", self.whole(kind[1]))
        if kind[0] == "Record":
            return ("Record", tuple((name, self.whole(held), needed)
                                    for name, held, needed in kind[1]))
        return kind

    def shape(self, entity_type):
        return self.whole(self.entities[entity_type].shape)[1]

    def above(self, entity_type):
        """The types that an entity of this type can be in, itself included."""
        found, left = [], [entity_type]
        while left:
            name = left.pop()
            if name not in found:
                found.append(name)
                left += self.entities[name].parents
        return found


def is_name(text):
    """Whether it may stand without quotes."""
    return WORD.match(text) is not None and text not in RESERVED


def namespace_of(name):
    return name.rpartition("::")[0]


def base_of(name):
    return name.rpartition("::")[2]


def joined(namespace, name):
    return f"{namespace}::{name}" if namespace else name


class WorldMaker:
    def __init__(self, chance):
        self.chance = chance
        self.world = World()
        self.spaces = chance.weighted([
            (5, [""]), (3, ["Hub"]), (3, ["", "Hub"]), (1, ["Acme", "Hub::Inner"]),
            (1, ["", chance.one_of(NAMESPACES), "Zone"])])

    def make(self):
        chance = self.chance
        for name in chance.some(ENTITY_NAMES, 2, 4):
            whole = joined(chance.one_of(self.spaces), name)
            self.world.entities[whole] = EntityType(whole)
        if chance.happens(25):
            # The same name in another namespace. That of the empty one may not be taken again.
            name = chance.one_of(list(self.world.entities))
            for space in NAMESPACES:
                whole = joined(space, base_of(name))
                if namespace_of(name) and whole not in self.world.entities:
                    self.world.entities[whole] = EntityType(whole)
                    break
        for name in chance.some(ENUM_NAMES, 0, 1 if chance.happens(40) else 0):
            whole = joined(chance.one_of(self.spaces), name)
            self.world.entities[whole] = EntityType(whole, enum=chance.some(ENUM_IDS, 1, 3))
        for name in chance.some(COMMON_NAMES, 0, 2):
            # The type first: a common type may use those before it only.
            kind = self.record(2, 3) if chance.happens(70) else self.type(2)
            self.world.commons[joined(chance.one_of(self.spaces), name)] = kind
        self.fill_entities()
        self.add_actions()
        return self.world

    def plain_entities(self):
        return [name for name, held in self.world.entities.items() if held.enum is None]

    def fill_entities(self):
        chance = self.chance
        for held in self.world.entities.values():
            if held.enum is not None:
                continue
            held.parents = chance.some(self.plain_entities(), 0, 2)
            if chance.happens(15):
                held.parents += [name for name in self.world.entities if name not in held.parents][-1:]
            held.shape = self.record(3, 4)
            commons = [name for name, kind in self.world.commons.items() if kind[0] == "Record"]
            if commons and chance.happens(15):
                held.shape = ("Common", chance.one_of(commons))
            if chance.happens(35):
                held.tags = self.type(1)

    def add_actions(self):
        chance = self.chance
        names = list(self.world.entities)
        for number, identity in enumerate(chance.some(ACTIONS, 2, 4)):
            kind = joined(chance.one_of(self.spaces), "Action")
            groups = [held.uid for held in chance.some(self.world.actions, 0, 1)]
            action = Action(kind, identity, groups, chance.some(names, 1, 2),
                            chance.some(names, 1, 2))
            if number == 0 and chance.happens(40):
                action.principals = action.resources = []
            else:
                action.context = self.record(2, 3) if chance.happens(70) else NO_RECORD
                commons = [name for name, held in self.world.commons.items() if held[0] == "Record"]
                if commons and chance.happens(15):
                    action.context = ("Common", chance.one_of(commons))
            self.world.actions.append(action)
        if not any(action.principals for action in self.world.actions):
            last = self.world.actions[-1]
            last.principals, last.resources = names[:1], names[-1:]

    def record(self, depth, most):
        chance = self.chance
        names = chance.some(ATTRIBUTES, 0 if chance.happens(20) else 1, most)
        if chance.happens(12):
            names.append(chance.one_of(QUOTED_ATTRIBUTES))
        return ("Record", tuple((name, self.type(depth - 1), chance.happens(60)) for name in names))

    def type(self, depth):
        chance = self.chance
        if self.world.commons and chance.happens(15):
            return ("Common", chance.one_of(list(self.world.commons)))
        what = chance.weighted([(8, "simple"), (3, "extension"), (4, "Entity"),
                                (3 if depth > 0 else 0, "Set"), (3 if depth > 0 else 0, "Record")])
        if what == "simple":
            return (chance.one_of(SIMPLE[:3]),)
        if what == "extension":
            return (chance.one_of(SIMPLE[3:]),)
        if what == "Entity":
            return ("Entity", chance.one_of(list(self.world.entities)))
        if what == "Set":
            return ("Set", self.type(depth - 1))
        return self.record(depth, 3)


def make_world(chance):
    return WorldMaker(chance).make()
