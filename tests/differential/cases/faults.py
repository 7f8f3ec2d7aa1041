"""Puts one thing wrong: in an expression, in a text, in the tree of a JSON document."""
from .values import CONSTRUCTORS
from .worlds import ATTRIBUTES, QUOTED_ATTRIBUTES

CHARACTERS = list("(){}[];,.:\"'=<>!&|+-*/?@\\ a0_%#é\u00a0\u2028\0") + [
    "==", "::", "&&", "if ", " in ", " has ", " is ", "//", "/*", "\\u{41}", "\\*", "\\x80", "when",
    "true", "principal", "?principal", "1", "9223372036854775808", "-", "!", "@a", "__cedar", "/ 2",
    "% 2", " < 1", ".a", "()", "{}", "[]", "entity A;", "type B = Long;", "in", "enum [\"a\"]", "\r"]


ESCAPES = (
    "\\u{1F98A}", "\\u{1_0}", "\\u{110000}", "\\u{d800}", "\\u{}", "\\u{0000041}", "\\u{00000a}", "\\x7F",
    "\\x7f", "\\x80", "\\x7", "\\r", "\\\n  ", "\\a", "\\'", "'", "\\0", "\\*", "\\u41", "\\U{41}", "\r\n",
    "\\\\", "//", "*", "\\u{ 41}", "\u200b", "\ufeff", "\\\"")


class ExpressionBreaker:
    """Replaces one part of an expression by one that hardly fits."""

    def __init__(self, maker):
        self.maker = maker
        self.chance = maker.chance

    def broken(self, expression):
        places = list(self.places(expression))
        out = self.replaced(expression, self.chance.one_of(places))
        return self.unreached(out, expression) if self.chance.happens(15) else out

    def unreached(self, broken, expression):
        """Where it is decided beforehand that the broken one does not matter, or nearly so."""
        true, false = ("lit", ("bool", True)), ("lit", ("bool", False))
        never = self.chance.one_of([
            false, ("not", true), ("is", ("var", "principal"), "Nobody", None),
            ("is", ("var", "resource"), self.chance.one_of(list(self.maker.population)), None),
            ("bin", "&&", self.maker.condition(0), false), ("has", ("var", "context"), ["not there"]),
            ("bin", "==", ("lit", ("long", 1)), ("lit", ("long", 2))), ("has", ("var", "action"), ["a"]),
            ("bin", "in", ("var", "action"), ("lit", ("entity", *self.maker.environment.action.uid)))])
        return self.chance.one_of([
            ("bin", "&&", never, broken), ("bin", "||", ("not", never), broken),
            ("if", never, broken, expression), ("if", ("not", never), expression, broken),
            ("bin", "&&", broken, never), ("bin", "||", ("bin", "&&", never, broken), expression)])

    def places(self, expression, path=()):
        yield path
        for at, part in self.parts(expression):
            yield from self.places(part, (*path, at))

    def parts(self, expression):
        """The direct parts, each with the indices that lead to it."""
        for i, held in enumerate(expression):
            if isinstance(held, tuple) and held and isinstance(held[0], str) and expression[0] != "lit":
                yield (i,), held
            elif isinstance(held, list) and expression[0] in ("set", "call", "method"):
                for k, item in enumerate(held):
                    yield (i, k), item
            elif isinstance(held, list) and expression[0] == "record":
                for k, item in enumerate(held):
                    yield (i, k, 1), item[1]

    def replaced(self, expression, path):
        if not path:
            return self.instead_of(expression)
        return self.with_part(expression, path[0], lambda part: self.replaced(part, path[1:]))

    def with_part(self, held, indices, change):
        if not indices:
            return change(held)
        copy = list(held)
        copy[indices[0]] = self.with_part(copy[indices[0]], indices[1:], change)
        return tuple(copy) if isinstance(held, tuple) else copy

    def instead_of(self, old):
        chance, maker = self.chance, self.maker
        values = maker.values
        what = chance.below(15)
        if what == 0:
            return ("get", old, chance.one_of(ATTRIBUTES + QUOTED_ATTRIBUTES))
        if what == 1:
            return ("set", [])
        if what == 2:
            return ("set", [old, maker.make(maker.any_type(), 1)])
        if what == 3:
            name = chance.one_of(list(CONSTRUCTORS))
            return ("call", *values.bad_extension(name)[1:2], [("lit", values.bad_extension(name)[2][0])])
        if what == 4:
            return ("call", chance.one_of(["ip", "decimal", "datetime", "duration"]), [old])
        if what == 5:
            return ("lit", ("entity", chance.one_of(["Nobody", "Hub::User", "Action"]), "unlisted"))
        if what == 6:
            return ("bin", chance.one_of(["+", "<", "in", "&&", "==", "||", "*"]), old,
                    maker.make(maker.any_type(), 0))
        if what == 7:
            return ("method", "getTag", [old, maker.make(("String",), 0)])
        if what == 8:
            return ("is", old, chance.one_of(["Nobody", "Hub::User", "User", "Action"]), None)
        if what == 9:
            return ("call", chance.one_of(["lessThan", "isIpv4", "toDate", "offset", "isInRange", "decimal",
                                           "toDays", "durationSince"]),
                    [old] + [maker.make(maker.any_type(), 0)] * chance.below(3))
        if what == 10:
            return ("if", maker.condition(0), old, maker.make(maker.any_type(), 0))
        if what == 11:
            return ("neg", old) if chance.happens(50) else ("not", old)
        if what == 12:
            return ("lit", ("entity", *values.uid(chance.one_of(list(values.population)))))
        if what == 13:
            return ("has", old, [chance.one_of(ATTRIBUTES + QUOTED_ATTRIBUTES)])
        return maker.make(maker.any_type(), 1)


class Breaker:
    def __init__(self, chance):
        self.chance = chance

    def text(self, text):
        """One small edit of a text."""
        chance = self.chance
        at = chance.below(len(text) + 1)
        what = chance.below(6)
        if what > 3 and '"' in text:
            at = chance.one_of([i + 1 for i, char in enumerate(text) if char == '"'])
            return text[:at] + chance.one_of(ESCAPES) + text[at:]
        if what == 0:
            return text[:at] + chance.one_of(CHARACTERS) + text[at:]
        if what == 1:
            return text[:at] + text[at + 1:]
        if what == 2:
            return text[:at] + chance.one_of(CHARACTERS) + text[at + 1:]
        end = min(len(text), at + chance.between(1, 12))
        return text[:at] + text[end:] if chance.happens(50) else text[:end] + text[at:end] + text[end:]

    def nodes(self, held):
        """Every place in the tree below the root: (container, key). Not inside of escapes, which
        this engine wants whole."""
        pairs = held.items() if isinstance(held, dict) else \
            enumerate(held) if isinstance(held, list) else ()
        for key, part in list(pairs):
            if key not in ("__entity", "__extn"):
                yield held, key
                yield from self.nodes(part)

    def tree(self, held, instead):
        """Takes one member of the tree away, or puts something else there."""
        places = list(self.nodes(held))
        if not places:
            return
        container, key = self.chance.one_of(places)
        if isinstance(container, dict) and self.chance.happens(30):
            del container[key]
        else:
            # The official engine takes some lists for objects.
            instead = [held for held in instead
                       if not (isinstance(held, list) and isinstance(container[key], dict))]
            chosen = self.chance.one_of(instead)
            # Nor may such a list become a thing that is declared.
            declares = key in ("actions", "entityTypes", "commonTypes")
            container[key] = {} if declares and isinstance(chosen, dict) else chosen

    def policy_tree(self, policies):
        self.tree(policies, [
            "permit", "x", 1, True, {}, -1, 0.5, "in_", "when", ["a"], {"Var": "principal"},
            {"Var": "other"}, {"Value": 1}, {"Value": "a"}, {"Value": []}, {"Set": []}, {"op": "All"}])
