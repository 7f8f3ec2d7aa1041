"""Random Cedar expressions that fit a schema, unless something in them is put wrong on purpose.

An expression is a tuple: ("lit", VALUE), ("var", NAME), ("set", [E]), ("record", [(NAME, E)]),
("call", FUNCTION, [E]), ("not", E), ("neg", E), ("bin", OPERATOR, E, E), ("method", NAME, [E]) with
what stands before the dot first, ("get", E, NAME), ("has", E, [NAME]), ("like", E, [TEXT or None]),
("is", E, TYPE, E or None), ("if", E, E, E).
"""
from .entities import TAGS
from .values import CONSTRUCTORS, STRINGS, ValueMaker
from .worlds import ATTRIBUTES, QUOTED_ATTRIBUTES, is_name

LONG = ("Long",)
BOOL = ("Bool",)
STRING = ("String",)
MOST_PATHS = 60
MOST_STEPS = 4


def literal(value):
    """An expression that always has this value."""
    if value[0] == "set":
        return ("set", [literal(item) for item in value[1]])
    if value[0] == "record":
        return ("record", [(name, literal(held)) for name, held in value[1]])
    if value[0] == "ext":
        return ("call", value[1], [literal(argument) for argument in value[2]])
    return ("lit", value)


class Environment:
    """What a request has: the types of principal and resource, and the action."""

    def __init__(self, principal, action, resource):
        self.principal = principal
        self.action = action
        self.resource = resource


class Reach:
    """Every expression of attributes and tags that leads from the variables to a value."""

    def __init__(self, world, environment, chance):
        self.world = world
        self.chance = chance
        self.found = []  # (expression, whole type, guards)
        start = [(("var", "principal"), ("Entity", environment.principal), ()),
                 (("var", "resource"), ("Entity", environment.resource), ()),
                 (("var", "context"), world.whole(environment.action.context), ())]
        level = start
        for _ in range(MOST_STEPS):
            self.found += level
            level = [after for at in level for after in self.behind(at)]
            level = chance.some(level, MOST_PATHS // MOST_STEPS, MOST_PATHS // MOST_STEPS)

    def behind(self, at):
        expression, kind, guards = at
        if kind[0] == "Entity":
            held = self.world.entities.get(kind[1])
            shape = () if held is None else self.world.shape(kind[1])
            if held is not None and held.tags is not None:
                name = self.tag_name()
                yield (("method", "getTag", [expression, name]), self.world.whole(held.tags),
                       (*guards, ("method", "hasTag", [expression, name])))
        elif kind[0] == "Record":
            shape = kind[1]
        else:
            return
        for name, held, needed in shape:
            more = guards if needed else (*guards, ("has", expression, [name]))
            yield (("get", expression, name), held, more)

    def tag_name(self):
        """A text, or what holds one and is always there."""
        texts = [at[0] for at in self.found if at[1] == STRING and not at[2]]
        if texts and self.chance.happens(25):
            return self.chance.one_of(texts)
        return ("lit", ("string", self.chance.one_of(TAGS[:3])))

    def of_type(self, kind):
        return [at for at in self.found if at[1] == kind]

    def of_kind(self, name):
        return [at for at in self.found if at[1][0] == name]


class ExpressionMaker:
    def __init__(self, world, population, environment, chance):
        self.world = world
        self.population = population
        self.environment = environment
        self.chance = chance
        self.values = ValueMaker(chance, world, population)
        self.reach = Reach(world, environment, chance)
        self.pending = []
        self.careless = chance.happens(12)  # forgets some guards

    # ---- Conditions ----

    def condition(self, depth):
        """A Bool that guards what it asks of attributes that may be absent."""
        outer, self.pending = self.pending, []
        out = self.bool(depth)
        guards, self.pending = self.pending, outer
        return self.guarded(out, guards)

    def guarded(self, expression, guards):
        wanted = []
        for guard in guards:
            if guard not in wanted and not (self.careless and self.chance.happens(40)):
                wanted.append(guard)
        wanted = self.joined_paths(wanted)
        if not wanted:
            return expression
        if self.chance.happens(15):
            test = wanted[0]
            for guard in wanted[1:]:
                test = ("bin", "&&", test, guard)
            return ("if", test, expression, ("lit", ("bool", self.chance.happens(50))))
        if self.chance.happens(3):
            return ("bin", "||", ("not", wanted[0]), expression)
        out = expression
        for guard in reversed(wanted):
            if self.chance.happens(8):
                guard = self.disguised(guard)
            out = ("bin", "&&", guard, out)
        return out

    def disguised(self, guard):
        """What is true when the guard is; not all of it counts as a guard."""
        true, false = ("lit", ("bool", True)), ("lit", ("bool", False))
        return self.chance.one_of([
            ("bin", "&&", guard, true), ("bin", "||", guard, false), ("bin", "||", false, guard),
            ("bin", "||", guard, guard), ("not", ("not", guard)), ("if", guard, true, false),
            ("if", true, guard, false), ("bin", "==", guard, true), ("bin", "&&", true, guard),
            ("if", guard, guard, false), ("bin", "||", guard, ("not", guard)),
            ("bin", "||", guard, self.bool(0)), ("bin", "&&", guard, self.bool(0)),
            ("if", self.bool(0), guard, guard), ("if", self.bool(0), guard, false)])

    def joined_paths(self, guards):
        """`a has b && a.b has c` may be written `a has b.c`."""
        out = []
        for guard in guards:
            before = out[-1] if out else None
            if (guard[0] == "has" and before is not None and before[0] == "has"
                    and self.chance.happens(60)):
                path = before[1]
                for name in before[2]:
                    path = ("get", path, name)
                if path == guard[1] and all(map(is_name, before[2] + guard[2])):
                    out[-1] = ("has", before[1], before[2] + guard[2])
                    continue
            out.append(guard)
        return out

    def bool(self, depth):
        if depth <= 0:
            return self.atom()
        what = self.chance.weighted([(9, "atom"), (3, "&&"), (3, "||"), (2, "not"), (1, "if")])
        if what == "atom":
            return self.atom()
        if what == "not":
            return ("not", self.condition(depth - 1))
        if what == "if":
            return ("if", self.condition(depth - 1), self.condition(depth - 1),
                    self.condition(depth - 1))
        return ("bin", what, self.condition(depth - 1), self.condition(depth - 1))

    def atom(self):
        ways = [(6, self.equality), (5, self.comparison), (5, self.membership), (3, self.kind_test),
                (4, self.presence), (3, self.likeness), (5, self.of_sets), (3, self.of_decimals),
                (3, self.of_addresses), (2, self.plain), (2, self.of_times)]
        return self.chance.weighted(ways)()

    def plain(self):
        return self.make(BOOL, 0)

    def equality(self):
        kind = self.known_type() if self.chance.happens(70) else self.any_type()
        operator = self.chance.one_of(["==", "!="])
        return ("bin", operator, self.make(kind, 1), self.make(kind, 1))

    def comparison(self):
        kind = self.chance.weighted([(6, LONG), (1, ("datetime",)), (1, ("duration",))])
        operator = self.chance.one_of(["<", "<=", ">", ">="])
        return ("bin", operator, self.make(kind, 2), self.make(kind, 1))

    def membership(self):
        if self.chance.happens(20):
            groups = [("lit", ("entity", *action.uid))
                      for action in self.chance.some(self.world.actions, 1, 2)]
            group = groups[0] if len(groups) == 1 else ("set", groups)
            return ("bin", "in", ("var", "action"), group)
        kind = self.chance.one_of(self.reach.of_kind("Entity"))[1]
        member = self.make(kind, 0)
        above = self.world.above(kind[1]) if self.chance.happens(85) else list(self.world.entities)
        above = ("Entity", self.chance.one_of(above))
        if self.chance.happens(30):
            return ("bin", "in", member, self.make(("Set", above), 0))
        return ("bin", "in", member, self.make(above, 0))

    def kind_test(self):
        kind = self.chance.one_of(self.reach.of_kind("Entity"))[1]
        name = kind[1] if self.chance.happens(70) else self.chance.one_of(list(self.world.entities))
        group = None
        if self.chance.happens(35):
            group = self.make(("Entity", self.chance.one_of(self.world.above(kind[1]))), 0)
        return ("is", self.make(kind, 0), name, group)

    def presence(self):
        holders = self.reach.of_kind("Entity") + self.reach.of_kind("Record")
        expression, kind, guards = self.chance.one_of(holders)
        self.pending += guards
        if kind[0] == "Entity":
            held = self.world.entities[kind[1]]
            if held.tags is not None and self.chance.happens(50) or self.chance.happens(4):
                return ("method", "hasTag", [expression, self.make(STRING, 0)])
            names = [name for name, _, _ in self.world.shape(kind[1])]
        else:
            names = [name for name, _, _ in kind[1]]
        if names and self.chance.happens(85):
            return ("has", expression, [self.chance.one_of(names)])
        if self.chance.happens(80):
            return ("has", expression, [self.chance.one_of(ATTRIBUTES + QUOTED_ATTRIBUTES)])
        return ("has", expression, self.chance.some(ATTRIBUTES, 2, 3))

    def likeness(self):
        parts = []
        for _ in range(self.chance.between(0, 4)):
            if self.chance.happens(45):
                parts.append(None)
            else:
                parts.append(self.chance.one_of(STRINGS))
        return ("like", self.make(STRING, 0), parts)

    def of_sets(self):
        sets = self.reach.of_kind("Set")
        if sets and self.chance.happens(65):
            kind = self.chance.one_of(sets)[1]
        else:
            kind = ("Set", self.any_type())
        name = self.chance.weighted([(3, "contains"), (2, "containsAll"), (2, "containsAny"),
                                     (1, "isEmpty")])
        if name == "isEmpty":
            return ("method", name, [self.make(kind, 0)])
        other = kind[1] if name == "contains" else kind
        return ("method", name, [self.make(kind, 0), self.make(other, 1)])

    def of_decimals(self):
        name = self.chance.one_of(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])
        return ("call", name, [self.make(("decimal",), 0), self.make(("decimal",), 0)])

    def of_addresses(self):
        name = self.chance.one_of(["isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange",
                                   "isInRange"])
        return ("call", name, [self.make(("ipaddr",), 0) for _ in range(1 + (name == "isInRange"))])

    def of_times(self):
        kind = self.chance.one_of([("datetime",), ("duration",)])
        return ("bin", self.chance.one_of(["==", "<", ">="]), self.make(kind, 2), self.make(kind, 1))

    # ---- Expressions of any type ----

    def known_type(self):
        return self.chance.one_of(self.reach.found)[1]

    def any_type(self):
        chance = self.chance
        return chance.weighted([
            (4, LONG), (4, STRING), (2, BOOL), (1, (chance.one_of(list(CONSTRUCTORS)),)),
            (3, ("Entity", chance.one_of(list(self.world.entities)))), (1, ("Set", LONG)),
            (1, ("Set", STRING)), (1, ("Record", (("a", LONG, True), ("b", STRING, True))))])

    def make(self, kind, depth):
        """Of that type; what it needs to be guarded by is left in `pending`."""
        chance = self.chance
        paths = self.reach.of_type(kind)
        if paths and chance.happens(65):
            expression, _, guards = chance.one_of(paths)
            self.pending += guards
            return expression
        if depth > 0 and chance.happens(8):
            return ("if", self.condition(0), self.make(kind, depth - 1), self.make(kind, depth - 1))
        if depth > 0 and kind == LONG and chance.happens(65):
            return self.number(depth)
        if depth > 0 and kind in (("datetime",), ("duration",)) and chance.happens(50):
            return self.time(kind[0], depth)
        if kind == BOOL:
            return self.condition(depth - 1) if depth > 0 else ("lit", ("bool", chance.happens(50)))
        if kind[0] == "Set":
            return ("set", [self.make(kind[1], depth - 1) for _ in range(chance.between(1, 3))])
        if kind[0] == "Record":
            return ("record", [(name, self.make(held, depth - 1)) for name, held, needed in kind[1]
                               if needed or chance.happens(70)])
        return literal(self.values.value(kind))

    def number(self, depth):
        what = self.chance.weighted([(3, "+"), (3, "-"), (3, "*"), (2, "neg"), (2, "units")])
        if what == "neg":
            return ("neg", self.make(LONG, depth - 1))
        if what == "units":
            name = self.chance.one_of(["toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"])
            return ("call", name, [self.make(("duration",), depth - 1)])
        return ("bin", what, self.make(LONG, depth - 1), self.make(LONG, depth - 1))

    def time(self, name, depth):
        if name == "datetime":
            if self.chance.happens(50):
                return ("call", "toDate", [self.make(("datetime",), depth - 1)])
            return ("call", "offset", [self.make(("datetime",), depth - 1),
                                       self.make(("duration",), depth - 1)])
        if self.chance.happens(50):
            return ("call", "toTime", [self.make(("datetime",), depth - 1)])
        return ("call", "durationSince", [self.make(("datetime",), depth - 1),
                                          self.make(("datetime",), depth - 1)])
