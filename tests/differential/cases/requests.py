"""Random requests of a world: most of them right, some with one thing wrong."""
from .entities import NUMBERS
from .values import Raw, ValueMaker, tree, uid_tree, written
from .worlds import ATTRIBUTES, QUOTED_ATTRIBUTES


class RequestMaker:
    def __init__(self, world, population, focus, chance):
        self.world = world
        self.population = population
        self.chance = chance
        self.values = ValueMaker(chance, world, population)
        self.environments = focus

    def uid(self, name):
        if self.chance.happens(5):
            return (name, "nowhere listed")
        return (name, self.chance.one_of(self.population[name]))

    def request(self, wrong_percent):
        """Each part as JSON text."""
        chance = self.chance
        environment = chance.one_of(self.environments)
        implicit = chance.happens(25)
        context = tree(self.values.value(environment.action.context), chance, implicit)
        parts = {"principal": uid_tree(self.uid(environment.principal), chance, False),
                 "action": uid_tree(environment.action.uid, chance, False),
                 "resource": uid_tree(self.uid(environment.resource), chance, False),
                 "context": context}
        if chance.happens(wrong_percent):
            self.break_one(parts, implicit)
        return {name: written(part, chance.happens(15)) for name, part in parts.items()}

    def break_one(self, parts, implicit):
        chance = self.chance
        who = chance.one_of(["principal", "resource"])
        context = parts["context"]
        what = chance.below(12)
        if what == 0:
            parts[who] = uid_tree(self.uid(chance.one_of(list(self.population))), chance, False)
        elif what == 1:
            parts[who] = chance.one_of([
                {"type": "Nobody", "id": "1"}, {"type": "Hub::Nobody", "id": ""}, {"type": "", "id": "a"},
                {"type": "User"}, "User::\"a\"", {"type": "User x", "id": "a"}, {"type": "if", "id": "a"},
                {"type": "User", "id": 1}, None, {"type": "Action", "id": "read"}, {"__expr": "a"}])
        elif what == 2:
            parts["action"] = chance.one_of([
                {"type": "Action", "id": "nothing"}, {"type": "Nowhere::Action", "id": "read"},
                {"type": "User", "id": "alice"}, {"type": "Action"}, "Action::\"read\""])
        elif what == 3:
            parts["action"] = uid_tree(chance.one_of(self.world.actions).uid, chance, False)
        elif what == 4 and context:
            del context[chance.one_of(list(context))]
        elif what == 5:
            context[chance.one_of(ATTRIBUTES + QUOTED_ATTRIBUTES)] = tree(
                self.values.any(), chance, implicit)
        elif what == 6:
            context[self.some_name(context)] = Raw(chance.one_of(NUMBERS))
        elif what == 7:
            name = chance.one_of(["decimal", "ipaddr", "datetime", "duration"])
            context[self.some_name(context)] = tree(self.values.bad_extension(name), chance, implicit)
        elif what == 8:
            parts["context"] = chance.one_of([
                [], "x", 1, None, {"a": None}, {"__entity": {"type": "User", "id": "alice"}},
                {"__extn": {"fn": "decimal", "arg": "1.0"}}, Raw("{"),
                Raw('{"a":"\\ud800"}'), Raw('{"a":1}x'), {"__expr": "1"}])
        elif what == 9:
            parts[who] = {"type": parts[who].get("type", "User"), "id": "unlisted"}
        else:
            context[self.some_name(context)] = tree(self.values.any(), chance, implicit)

    def some_name(self, context):
        return self.chance.one_of(list(context) or list(ATTRIBUTES))
