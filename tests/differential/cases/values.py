"""Random values of a type, and how they are written in JSON.

A value is a tuple: ("bool", B), ("long", N), ("string", S), ("entity", TYPE, ID), ("set", [VALUE]),
("record", [(NAME, VALUE)]), ("ext", FUNCTION, [VALUE]).
"""
import json

LONGS = (0, 1, -1, 2, 3, 5, 7, 10, 100, -100, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1,
         2**63 - 2, -(2**63), -(2**63) + 1, 3037000500, 86400000)
STRINGS = ("", "a", "b", "alice", "bob", "Alice", "a*b", "*", "\\", "\"", "new\nline", "tab\t", "é",
           "e\u0301", "日本語", "🦊", "\u200b", "\0", "a b", "aaab", "x" * 20, "10.0.0.1", "1.5", "\\*",
           "'", "\u007f", "Ω", "\ufffd", "\U0010ffff")
IDS = ("alice", "bob", "1", "", "x y", "é\"", "\\", "doc\n1", "🦊")
DECIMALS = ("0.0", "1.0", "1.5", "-1.5", "0.0001", "-0.0001", "922337203685477.5807", "1.5000",
            "-922337203685477.5808", "12.34", "-0.0", "00.10", "100.1")
BAD_DECIMALS = ("1", "1.", ".5", "1.00000", "922337203685477.5808", "+1.0", "1.0 ", "", "1e1", "१.0",
                "-.5", "0x1.0", "--1.0", "1.-5")
IPS = ("10.0.0.1", "10.0.0.0/8", "10.0.0.1/8", "127.0.0.1", "224.0.0.1", "0.0.0.0/0", "::1", "::", "::/0",
       "2001:db8::/32", "2001:DB8::1", "ff02::1", "255.255.255.255/32", "::ffff:0:1", "192.168.1.1/24",
       "1:2:3:4:5:6:7:8", "127.0.0.0/8", "127.0.0.1/7", "fe80::1/10", "1::", "239.0.0.0/4")
BAD_IPS = ("10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/33", "10.0.0.1/08", "::1/129", "::ffff:10.0.0.1",
           "1:2:3", ":::", "10.0.0.1/", "", " 10.0.0.1", "fe80::1%eth0", "12345::", "1.1.1.1/+8",
           "1:2:3:4:5:6:7:8:9", "::1/001", "1::2::3", "0:0:0:0:0:0:0:00001")
DATETIMES = ("2024-01-01", "1970-01-01", "1969-12-31T23:59:59Z", "2024-02-29T12:30:45.123Z", "0000-01-01",
             "9999-12-31T23:59:59.999+2359", "2024-10-15T11:35:00+0100", "2024-10-15T11:35:00.000-0230",
             "1970-01-01T00:00:00.001Z", "2000-02-29", "1900-02-28", "2024-12-31T00:00:00Z",
             "1969-12-31", "2016-12-31T23:59:59+0000")
BAD_DATETIMES = ("2024-02-30", "2024-1-1", "2024-01-01T00:00:00", "2024-01-01T24:00:00Z", "",
                 "2024-01-01T00:00:00+2400", "2024-01-01T00:00:60Z", "24-01-01", "2024-01-01T00:00:00.1Z",
                 "2024-01-01 00:00:00Z", "2024-01-01T00:00:00z", "1900-02-29", "2024-13-01", "10000-01-01",
                 "-2024-01-01", "2024-01-01T00:00:00+0060", "2024-01-01Z", "2024-01-01T00:00Z",
                 "2024-01-01T00:00:00.000", "2024-01-01T00:00:00-00:00")
DURATIONS = ("1d", "2h30m", "-1d", "1ms", "0ms", "-1500ms", "1d2h3m4s5ms", "90m", "9223372036854775807ms",
             "-9223372036854775808ms", "36h", "1h1ms", "-0s", "106751991167d", "007s")
BAD_DURATIONS = ("", "1", "90m1h", "d", "-", "1D", "1d 2h", "9223372036854775808ms", "1.5h", "+1d", "1m1m",
                 "106751991168d", "ms", "--1d", "1d-2h", "1s1m", "h1")
CONSTRUCTORS = {"decimal": ("decimal", DECIMALS, BAD_DECIMALS), "ipaddr": ("ip", IPS, BAD_IPS),
                "datetime": ("datetime", DATETIMES, BAD_DATETIMES),
                "duration": ("duration", DURATIONS, BAD_DURATIONS)}
TYPE_OF = {"decimal": "decimal", "ip": "ipaddr", "datetime": "datetime", "duration": "duration"}


class Raw:
    """A piece of JSON text that stands as it is."""

    def __init__(self, text):
        self.text = text


class ValueMaker:
    """Makes values whose entities are of this population: entity type to ids."""

    def __init__(self, chance, world, population):
        self.chance = chance
        self.world = world
        self.population = population

    def long(self):
        if self.chance.happens(60):
            return self.chance.between(-3, 9)
        return self.chance.one_of(LONGS)

    def uid(self, name):
        return (name, self.chance.one_of(self.population[name]))

    def extension(self, name):
        function, good, _ = CONSTRUCTORS[name]
        return ("ext", function, [("string", self.chance.one_of(good))])

    def bad_extension(self, name):
        function, _, bad = CONSTRUCTORS[name]
        return ("ext", function, [("string", self.chance.one_of(bad))])

    def value(self, kind):
        chance = self.chance
        kind = self.world.whole(kind)
        if kind[0] == "Bool":
            return ("bool", chance.happens(50))
        if kind[0] == "Long":
            return ("long", self.long())
        if kind[0] == "String":
            return ("string", chance.one_of(STRINGS))
        if kind[0] == "Entity":
            return ("entity", *self.uid(kind[1]))
        if kind[0] == "Set":
            return ("set", [self.value(kind[1]) for _ in range(chance.below(4))])
        if kind[0] == "Record":
            return ("record", [(name, self.value(held)) for name, held, needed in kind[1]
                               if needed or chance.happens(50)])
        return self.extension(kind[0])

    def any(self, depth=1):
        """Of any type."""
        simple = ["Bool", "Long", "String", *CONSTRUCTORS]
        what = self.chance.below(len(simple) + 3 if depth > 0 else len(simple) + 1)
        if what < len(simple):
            return self.value((simple[what],))
        if what == len(simple):
            return ("entity", *self.uid(self.chance.one_of(list(self.population))))
        if what == len(simple) + 1:
            return ("set", [self.any(depth - 1) for _ in range(self.chance.below(3))])
        return ("record", [("a", self.any(depth - 1))])


def uid_tree(uid, chance, implicit):
    plain = {"type": uid[0], "id": uid[1]}
    return plain if implicit or chance.happens(20) else {"__entity": plain}


def tree(value, chance, implicit):
    """The value as JSON; `implicit`: in places without the escapes that only a schema saves."""
    kind = value[0]
    if kind in ("bool", "long", "string"):
        return value[1]
    if kind == "entity":
        plain = {"type": value[1], "id": value[2]}
        return plain if implicit and chance.happens(50) else {"__entity": plain}
    if kind == "set":
        return [tree(item, chance, implicit) for item in value[1]]
    if kind == "record":
        return {name: tree(held, chance, implicit) for name, held in value[1]}
    if implicit and len(value[2]) == 1 and chance.happens(50):
        return value[2][0][1]
    arguments = [tree(argument, chance, False) for argument in value[2]]
    if len(arguments) == 1 and chance.happens(85):
        call = {"fn": value[1], "arg": arguments[0]}
    else:
        call = {"fn": value[1], "args": arguments}
    return call if implicit and chance.happens(15) else {"__extn": call}


def written(held, ascii_only=False):
    """JSON text; a Raw stands as it is."""
    if isinstance(held, Raw):
        return held.text
    if isinstance(held, dict):
        parts = [f"{json.dumps(name, ensure_ascii=ascii_only)}:{written(part, ascii_only)}"
                 for name, part in held.items()]
        return "{" + ",".join(parts) + "}"
    if isinstance(held, list):
        return "[" + ",".join(written(part, ascii_only) for part in held) + "]"
    return json.dumps(held, ensure_ascii=ascii_only)
