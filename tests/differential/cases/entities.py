"""Random entities of a world, as a list of JSON trees, and one thing in them broken."""
from .values import Raw, ValueMaker, tree, uid_tree
from .worlds import ATTRIBUTES, QUOTED_ATTRIBUTES

TAGS = ("team", "k", "", "é", "a.b", "owner", "x y")
NUMBERS = ("-0", "0.0", "1e2", "1.5", "9223372036854775808", "-9223372036854775809", "1E400", "01",
           "-9223372036854775808", "9223372036854775807", "18446744073709551616", "-0.0")


def make_population(world, chance):
    """The ids that occur, for each entity type; not all need be entities."""
    out = {}
    for name, held in world.entities.items():
        ids = ["alice", "bob", "1", "", "x y", "é\"", "\\", "doc\n1", "🦊"]
        out[name] = list(held.enum) if held.enum is not None else chance.some(ids, 1, 3)
    return out


class EntityMaker:
    def __init__(self, world, population, chance):
        self.world = world
        self.population = population
        self.chance = chance
        self.values = ValueMaker(chance, world, population)
        self.implicit = chance.happens(35)

    def make(self):
        chance = self.chance
        rank = {}
        for name in self.world.entities:
            for identity in self.population[name]:
                rank[(name, identity)] = len(rank)
        out = []
        for uid in chance.shuffled(rank):
            if chance.happens(80):
                out.append(self.entity(uid, rank))
        if chance.happens(25):
            action = chance.one_of(self.world.actions)
            groups = self.groups_of(action) if chance.happens(50) else action.groups
            out.append(self.record_of(action.uid, {}, groups))
        return out

    def groups_of(self, action):
        """Direct and indirect."""
        by_uid = {held.uid: held for held in self.world.actions}
        found, left = [], list(action.groups)
        while left:
            uid = left.pop()
            if uid not in found:
                found.append(uid)
                left += by_uid[uid].groups
        return found

    def record_of(self, uid, attributes, parents):
        return {"uid": uid_tree(uid, self.chance, False), "attrs": attributes,
                "parents": [uid_tree(parent, self.chance, False) for parent in parents]}

    def entity(self, uid, rank):
        """Parents come earlier in the ranking, so that there is no cycle."""
        held = self.world.entities[uid[0]]
        allowed = [(name, identity) for name in held.parents for identity in self.population[name]
                   if rank[(name, identity)] < rank[uid]]
        shape = ("Record", self.world.shape(uid[0]))
        attributes = tree(self.values.value(shape), self.chance, self.implicit)
        out = self.record_of(uid, attributes, self.chance.some(allowed, 0, 2))
        if held.tags is not None:
            out["tags"] = {name: tree(self.values.value(held.tags), self.chance, self.implicit)
                           for name in self.chance.some(TAGS[:3], 0, 2)}
        elif self.chance.happens(5):
            out["tags"] = {}
        return out


class EntityBreaker:
    """Breaks one thing, more or less; some of it is only broken for those who have the schema."""

    def __init__(self, maker):
        self.maker = maker
        self.chance = maker.chance
        self.values = maker.values

    def break_one(self, entities):
        if not entities:
            entities.append({"uid": {"type": "User", "id": "alice"}, "attrs": {}, "parents": []})
        ways = [self.same_again, self.same_uid, self.cycle, self.own_parent, self.wrong_value,
                self.wrong_value, self.unknown_attribute, self.missing_attribute, self.bad_text,
                self.bad_text, self.number, self.no_value, self.wrong_tag, self.stray_tags,
                self.unknown_type, self.bad_type_name, self.wrong_parent, self.unknown_parent,
                self.missing_key, self.wrong_key_type, self.bad_uid, self.action_attributes,
                self.action_parents, self.unknown_action, self.wrong_id, self.odd_escape,
                self.odd_call, self.same_parent_twice]
        self.chance.one_of(ways)(entities)
        return entities

    def pick(self, entities):
        return self.chance.one_of(entities)

    def same_again(self, entities):
        entities.append(dict(self.pick(entities)))

    def same_uid(self, entities):
        entities.append({**self.pick(entities), "attrs": {}, "parents": []})

    def cycle(self, entities):
        first, second = self.pick(entities), self.pick(entities)
        first["parents"] = [*first["parents"], second["uid"]]
        second["parents"] = [*second["parents"], first["uid"]]

    def own_parent(self, entities):
        entity = self.pick(entities)
        entity["parents"] = [entity["uid"]]

    def same_parent_twice(self, entities):
        entity = self.pick(entities)
        entity["parents"] = entity["parents"] * 2

    def some_attribute(self, entity):
        names = list(entity["attrs"])
        return self.chance.one_of(names) if names else self.chance.one_of(ATTRIBUTES)

    def put(self, entities, held):
        entity = self.pick(entities)
        name = self.some_attribute(entity)
        if self.chance.happens(25):
            held = [held]
        elif self.chance.happens(25):
            held = {self.chance.one_of(ATTRIBUTES): held}
        entity["attrs"] = {**entity["attrs"], name: held}

    def wrong_value(self, entities):
        self.put(entities, tree(self.values.any(), self.chance, self.chance.happens(30)))

    def unknown_attribute(self, entities):
        entity = self.pick(entities)
        name = self.chance.one_of(ATTRIBUTES + QUOTED_ATTRIBUTES)
        entity["attrs"] = {**entity["attrs"], name: tree(self.values.any(), self.chance, False)}

    def missing_attribute(self, entities):
        entity = self.pick(entities)
        gone = self.some_attribute(entity)
        entity["attrs"] = {name: held for name, held in entity["attrs"].items() if name != gone}

    def bad_text(self, entities):
        name = self.chance.one_of(["decimal", "ipaddr", "datetime", "duration"])
        self.put(entities, tree(self.values.bad_extension(name), self.chance, self.chance.happens(40)))

    def number(self, entities):
        self.put(entities, Raw(self.chance.one_of(NUMBERS)))

    def no_value(self, entities):
        self.put(entities, None)

    def wrong_tag(self, entities):
        held = tree(self.values.any(), self.chance, self.maker.implicit)
        self.pick(entities)["tags"] = {self.chance.one_of(TAGS): held}

    def stray_tags(self, entities):
        self.pick(entities)["tags"] = self.chance.one_of([{}, {"k": "v"}, [], "tags", {"k": None}])

    def unknown_type(self, entities):
        uid = ("Nobody", "1") if self.chance.happens(60) else ("Hub::Nobody", "1")
        entities.append(self.maker.record_of(uid, {}, []))

    def bad_type_name(self, entities):
        names = ("", "User x", "1User", "User::", "::User", "if", "Hub::in", "User;", "Us-er", " User",
                 "__cedar", "__cedar::User", "A::__cedar", "User ", "é", "a :: b", "A//\n::B", "true",
                 "like", "User::\"a\"")
        bad = {"type": self.chance.one_of(names), "id": "1"}
        if self.chance.happens(50):
            entities.append({"uid": bad, "attrs": {}, "parents": []})
        elif self.chance.happens(50):
            self.pick(entities)["parents"] = [bad]
        else:
            self.put(entities, {"__entity": bad})

    def wrong_parent(self, entities):
        name = self.chance.one_of(list(self.maker.population))
        self.pick(entities)["parents"] = [uid_tree(self.values.uid(name), self.chance, False)]

    def unknown_parent(self, entities):
        parents = [{"type": "Nobody", "id": "x"}, {"type": "Action", "id": "read"}, "User::\"a\"", 3,
                   {"type": "User"}, {"__entity": {"type": "User", "id": "nobody"}}]
        self.pick(entities)["parents"] = [self.chance.one_of(parents)]

    def missing_key(self, entities):
        del self.pick(entities)[self.chance.one_of(["uid", "attrs", "parents"])]

    def wrong_key_type(self, entities):
        key = self.chance.one_of(["uid", "attrs", "parents"])
        self.pick(entities)[key] = self.chance.one_of([None, [], {}, "x", 1, True, [1], [[]]])

    def bad_uid(self, entities):
        uids = [{"type": "User", "id": 1}, {"type": "User"}, {"id": "a"}, "User::\"a\"", {"__entity": 1},
                {"__entity": {"type": "User", "id": None}}, {"__expr": "User::\"a\""},
                {"__entity": {"__entity": {"type": "User", "id": "a"}}}]
        entity = self.pick(entities)
        entity["uid"] = self.chance.one_of(uids)

    def action(self):
        return self.chance.one_of(self.maker.world.actions)

    def action_attributes(self, entities):
        entities.append(self.maker.record_of(self.action().uid, {"a": 1}, []))

    def action_parents(self, entities):
        parent = self.action().uid if self.chance.happens(70) else ("Action", "nothing")
        entities.append(self.maker.record_of(self.action().uid, {}, [parent]))

    def unknown_action(self, entities):
        uid = (self.chance.one_of(["Action", self.action().type, "Nowhere::Action"]), "nothing")
        entities.append(self.maker.record_of(uid, {}, []))

    def wrong_id(self, entities):
        """An id that an enumeration does not list, as an entity, a parent or a value."""
        name = self.chance.one_of(list(self.maker.population))
        uid = uid_tree((name, "unlisted"), self.chance, False)
        if self.chance.happens(40):
            entities.append({"uid": uid, "attrs": {}, "parents": []})
        elif self.chance.happens(50):
            self.pick(entities)["parents"] = [uid]
        else:
            self.put(entities, {"__entity": {"type": name, "id": "unlisted"}})

    def odd_escape(self, entities):
        self.put(entities, self.chance.one_of([
            {"__expr": "1"}, {"type": "User", "id": "alice"}, {"type": "User", "id": 1}, {},
            {"fn": "decimal", "arg": "1.0"}, {"fn": "ip", "arg": "::1"}, {"fn": "offset"},
            {"fn": "nothing", "args": []}, {"entity": {"type": "User", "id": "alice"}}]))

    def odd_call(self, entities):
        time = {"__extn": {"fn": "datetime", "arg": "2024-01-01"}}
        length = {"__extn": {"fn": "duration", "arg": "1h"}}
        money = {"__extn": {"fn": "decimal", "arg": "1.0"}}
        calls = [("nothing", "1.0"), ("decimal", 1), ("decimal", ["1.0"]), ("decimal", money), ("ip", {}),
                 ("decimal", ["1.0", "2.0"]), ("offset", [time, length]), ("offset", [time]),
                 ("offset", ["2024-01-01", "1h"]), ("durationSince", [time, time]), ("decimal", None),
                 ("durationSince", ["2024-01-01", "2024-01-02"]), ("offset", [length, time]),
                 ("offset", [time, "1h"]), ("offset", ["2024-01-01", length]), ("toDate", [time]),
                 ("toDate", time), ("toDays", length), ("lessThan", [money, money]), ("isIpv4", ["::1"]),
                 ("toTime", "2024-01-01"), ("durationSince", [time, "2024-01-01"]), ("decimal", []),
                 ("datetime", [time]), ("lessThan", ["1.0", "2.0"]), ("toDays", "1d"), ("DECIMAL", "1.0")]
        function, argument = self.chance.one_of(calls)
        key = "args" if isinstance(argument, list) and self.chance.happens(90) else "arg"
        self.put(entities, {"__extn": {"fn": function, key: argument}})
