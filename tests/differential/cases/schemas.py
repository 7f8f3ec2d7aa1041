"""Schemas with one thing wrong, or that look so."""
import copy
import json

from .faults import Breaker
from .schema_forms import JsonSchema, TextSchema, quoted
from .worlds import EntityType, base_of, joined, namespace_of

TYPES = (("Entity", "Nobody"), ("Common", "Nothing"), ("Common", "Hub::Nothing"), ("Entity", "Action"),
         ("Common", "String"), ("Common", "__cedar::Long"), ("Common", "__cedar::Nothing"),
         ("Common", "Boolean"), ("Entity", "Long"), ("Common", "Extension"), ("Entity", "__cedar::Long"))
TREES = ("x", "String", "User", 1, True, [], {}, ["User"], {"type": "String"}, {"type": "User"}, [1],
         {"type": "Record", "attributes": {}}, {"type": "Set"}, "Action", {"id": "read"}, [{"id": "x"}],
         {"type": "Extension", "name": "ip"}, {"type": "Extension", "name": "nothing"}, {"type": "Entity"},
         {"type": "Set", "element": {"type": "Long"}}, {"enum": []}, {"enum": ["a", "a"]}, "")


class WorldBreaker:
    """Changes the model so that what it says cannot be, or nearly so."""

    def __init__(self, world, chance):
        self.world = world
        self.chance = chance

    def change(self):
        self.chance.one_of([self.unknown_type, self.unknown_parent, self.common_cycle, self.reserved_name,
                            self.shadow, self.unknown_group, self.group_cycle, self.unknown_principal,
                            self.enum, self.action_as_entity, self.same_name, self.context,
                            self.odd_common])()

    def entity(self):
        return self.chance.one_of(list(self.world.entities.values()))

    def add(self, whole, **held):
        self.world.entities[whole] = EntityType(whole, **held)

    def unknown_type(self):
        kind = self.chance.one_of(TYPES)
        kind = ("Set", kind) if self.chance.happens(30) else kind
        self.add("Odd", shape=("Record", (("a", kind, True),)))

    def unknown_parent(self):
        self.entity().parents = [self.chance.one_of(["Nobody", "Hub::Nobody", "Action", "String", "Address"])]

    def common_cycle(self):
        kinds = [("Common", "Round"), ("Set", ("Common", "Round")),
                 ("Record", (("a", ("Common", "Round"), False),))]
        self.world.commons["Round"] = self.chance.one_of(kinds)

    def reserved_name(self):
        name = self.chance.one_of(["Bool", "Long", "String", "Set", "Record", "Entity", "Extension", "Boolean",
                                   "decimal", "ipaddr", "Action", "__cedar", "in", "if", "datetime", "action",
                                   "EntityOrCommon", "Boolean", "1x", "a b", "true", "appliesTo"])
        if self.chance.happens(50):
            self.world.commons[name] = ("Long",)
        else:
            self.add(joined(self.chance.one_of(["", "Hub"]), name))

    def shadow(self):
        whole = self.chance.one_of([*self.world.entities, *self.world.commons])
        other = joined("" if namespace_of(whole) else "Hub", base_of(whole))
        if self.chance.happens(50):
            self.add(other)
        else:
            self.world.commons[other] = ("String",)

    def same_name(self):
        """An entity type and a common type of one name."""
        self.world.commons[self.chance.one_of(list(self.world.entities))] = ("String",)

    def unknown_group(self):
        groups = [("Action", "nothing"), ("Hub::Action", "nothing"), ("User", "alice"), ("Nowhere", "x")]
        self.chance.one_of(self.world.actions).groups = [self.chance.one_of(groups)]

    def group_cycle(self):
        first, last = self.world.actions[0], self.world.actions[-1]
        first.groups, last.groups = [*first.groups, last.uid], [*last.groups, first.uid]

    def unknown_principal(self):
        action = self.chance.one_of(self.world.actions)
        names = ["Nobody", "Hub::Nobody", "String", "Action", *self.world.commons]
        action.principals = [self.chance.one_of(names)]
        action.resources = action.resources or [self.entity().name]

    def enum(self):
        self.add("Choice", enum=self.chance.one_of([[], ["a", "a"], ["a", "b"], [""]]))

    def action_as_entity(self):
        self.add("Action", enum=["read"] if self.chance.happens(50) else None)

    def context(self):
        kinds = [("String",), ("Entity", self.entity().name), ("Set", ("Long",)), ("Common", "Nothing")]
        action = self.chance.one_of(self.world.actions)
        action.context = self.chance.one_of(kinds)
        if not action.principals:
            action.principals = action.resources = [self.entity().name]

    def odd_common(self):
        self.world.commons["Odd"] = self.chance.one_of([("Entity", self.entity().name), ("Set", ("Bool",)),
                                                        ("ipaddr",), ("Record", ())])
        self.entity().shape = ("Common", "Odd")


def repeated(text, chance):
    """A declaration twice."""
    lines = text.splitlines(keepends=True)
    at = chance.below(len(lines))
    if chance.happens(30):
        lines.append(f"action {quoted(chance.one_of(['read', 'x', '']))};\n")
    return "".join(lines[:at + 1] + lines[at:])


def broken_schema(world, chance):
    """A JSON document, as schema_text() gives; at times there is nothing wrong with it."""
    way = chance.weighted([(5, "model"), (3, "text"), (1, "twice"), (4, "tree")])
    if way == "model":
        world = copy.deepcopy(world)
        WorldBreaker(world, chance).change()
        if chance.happens(50):
            return json.dumps(TextSchema(world, chance).write(), ensure_ascii=False)
        return JsonSchema(world, chance).write()
    if way == "tree":
        held = JsonSchema(world, chance).tree()
        Breaker(chance).tree(held, TREES)
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    text = TextSchema(world, chance).write()
    text = repeated(text, chance) if way == "twice" else Breaker(chance).text(text)
    return json.dumps(text, ensure_ascii=False)
