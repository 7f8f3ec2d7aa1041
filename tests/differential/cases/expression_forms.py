"""Writes expressions (see expressions.py) as Cedar text, and as the trees of Cedar's JSON form."""
from .values import TYPE_OF, tree
from .worlds import is_name

IF, OR, AND, RELATION, SUM, PRODUCT, UNARY, MEMBER = range(8)
LEVELS = {"||": OR, "&&": AND, "+": SUM, "-": SUM, "*": PRODUCT}
ESCAPES = {"\"": "\\\"", "\\": "\\\\"}
NAMED_ESCAPES = {"\n": "\\n", "\t": "\\t", "\0": "\\0", "'": "\\'"}


class ExpressionText:
    def __init__(self, chance):
        self.chance = chance

    def string(self, text):
        return '"' + self.escaped(text) + '"'

    def escaped(self, text):
        out = ""
        for char in text:
            if char in ESCAPES:
                out += ESCAPES[char]
            elif char in NAMED_ESCAPES and self.chance.happens(70):
                out += NAMED_ESCAPES[char]
            elif self.chance.happens(4):
                out += f"\\u{{{ord(char):x}}}"
            elif ord(char) < 0x80 and self.chance.happens(2):
                out += f"\\x{ord(char):02x}"
            else:
                out += char
        return out

    def pattern(self, parts):
        return '"' + "".join("*" if part is None else self.pattern_part(part)
                             for part in parts) + '"'

    def pattern_part(self, text):
        return "\\*".join(self.escaped(piece) for piece in text.split("*"))

    def uid(self, uid):
        if self.chance.happens(2):
            return f"{uid[0].replace('::', ' :: ')} :: {self.string(uid[1])}"
        return f"{uid[0]}::{self.string(uid[1])}"

    def level(self, expression):
        kind = expression[0]
        if kind == "if":
            return IF
        if kind == "bin":
            return LEVELS.get(expression[1], RELATION)
        if kind in ("has", "like", "is"):
            return RELATION
        if kind in ("not", "neg") or kind == "lit" and expression[1][0] == "long" and expression[1][1] < 0:
            return UNARY
        return MEMBER

    def at(self, expression, least):
        """With parentheses where they are needed, and at times where they are not."""
        out = self.text(expression)
        if self.level(expression) < least or self.chance.happens(3):
            return f"({out})"
        return out

    def text(self, expression):
        kind = expression[0]
        if kind == "lit":
            return self.literal(expression[1])
        if kind == "var":
            return expression[1]
        if kind == "set":
            return "[" + ", ".join(self.at(item, IF) for item in expression[1]) + "]"
        if kind == "record":
            return "{" + ", ".join(f"{self.key(name)}: {self.at(held, IF)}"
                                   for name, held in expression[1]) + "}"
        if kind in ("call", "method"):
            return self.call(expression)
        if kind in ("not", "neg"):
            return self.unary(expression)
        if kind == "bin":
            return self.binary(expression)
        if kind == "if":
            return "if {} then {} else {}".format(*(self.at(part, IF) for part in expression[1:]))
        if kind == "get":
            return self.get(expression)
        left = self.at(expression[1], SUM)
        if kind == "has":
            return f"{left} has {self.path(expression[2])}"
        if kind == "like":
            return f"{left} like {self.pattern(expression[2])}"
        group = "" if expression[3] is None else f" in {self.at(expression[3], SUM)}"
        return f"{left} is {expression[2]}{group}"

    def literal(self, value):
        if value[0] == "string":
            return self.string(value[1])
        if value[0] == "entity":
            return self.uid(value[1:])
        if value[0] == "bool":
            return "true" if value[1] else "false"
        zeros = "00" if value[1] >= 0 and self.chance.happens(2) else ""
        return zeros + str(value[1])

    def key(self, name):
        return name if is_name(name) and self.chance.happens(80) else self.string(name)

    def path(self, names):
        if len(names) > 1 or is_name(names[0]) and self.chance.happens(80):
            return ".".join(names)
        return self.string(names[0])

    def get(self, expression):
        holder, name = self.at(expression[1], MEMBER), expression[2]
        if is_name(name) and self.chance.happens(85):
            return f"{holder}.{name}"
        return f"{holder}[{self.string(name)}]"

    def call(self, expression):
        name, arguments = expression[1], expression[2]
        if expression[0] == "call" and name in TYPE_OF:
            return f"{name}(" + ", ".join(self.at(argument, IF) for argument in arguments) + ")"
        rest = ", ".join(self.at(argument, IF) for argument in arguments[1:])
        return f"{self.at(arguments[0], MEMBER)}.{name}({rest})"

    def unary(self, expression):
        """Up to four of the same may stand in a row; of `!` and `-` none before the other."""
        operand, count = expression[1], 1
        while operand[0] == expression[0] and count < 4:
            operand, count = operand[1], count + 1
        sign = "!" if expression[0] == "not" else "-"
        return sign * count + self.at(operand, MEMBER)

    def binary(self, expression):
        _, operator, left, right = expression
        level = self.level(expression)
        if level == RELATION:
            return f"{self.at(left, SUM)} {operator} {self.at(right, SUM)}"
        return f"{self.at(left, level)} {operator} {self.at(right, level + 1)}"


def constant_of(expression):
    """The value that is written there; None when something is to be looked up or computed."""
    kind = expression[0]
    if kind == "lit":
        return expression[1]
    if kind == "set":
        items = [constant_of(item) for item in expression[1]]
        return None if None in items else ("set", items)
    if kind == "record":
        held = [(name, constant_of(part)) for name, part in expression[1]]
        return None if any(part is None for _, part in held) else ("record", held)
    if kind == "call" and expression[1] in TYPE_OF:
        arguments = [constant_of(argument) for argument in expression[2]]
        return None if None in arguments else ("ext", expression[1], arguments)
    return None


class ExpressionTree:
    def __init__(self, chance):
        self.chance = chance

    def tree(self, expression):
        kind = expression[0]
        if kind == "lit":
            return {"Value": tree(expression[1], self.chance, False)}
        if kind == "var":
            return {"Var": expression[1]}
        constant = constant_of(expression) if kind in ("set", "record") else None
        if constant is not None and self.chance.happens(25):
            return {"Value": tree(constant, self.chance, False)}
        if kind == "set":
            return {"Set": [self.tree(item) for item in expression[1]]}
        if kind == "record":
            return {"Record": {name: self.tree(held) for name, held in expression[1]}}
        if kind == "call":
            return self.call(expression)
        if kind == "method":
            return self.method(expression)
        if kind in ("not", "neg"):
            return {"!" if kind == "not" else "neg": {"arg": self.tree(expression[1])}}
        if kind == "bin":
            return {expression[1]: self.sides(expression[2], expression[3])}
        if kind == "if":
            parts = [self.tree(part) for part in expression[1:]]
            return {"if-then-else": dict(zip(("if", "then", "else"), parts))}
        left = self.tree(expression[1])
        if kind == "get":
            return {".": {"left": left, "attr": expression[2]}}
        if kind == "has":
            names = expression[2]
            alone = len(names) == 1 and self.chance.happens(80)
            return {"has": {"left": left, "attr": names[0] if alone else names}}
        if kind == "like":
            return {"like": {"left": left, "pattern": [
                "Wildcard" if part is None else {"Literal": part} for part in expression[2]]}}
        out = {"left": left, "entity_type": expression[2]}
        if expression[3] is not None:
            out["in"] = self.tree(expression[3])
        return {"is": out}

    def sides(self, left, right):
        return {"left": self.tree(left), "right": self.tree(right)}

    def method(self, expression):
        name, arguments = expression[1], expression[2]
        if name == "isEmpty":
            return {name: {"arg": self.tree(arguments[0])}}
        return {name: self.sides(*arguments)}

    def call(self, expression):
        name, arguments = expression[1], expression[2]
        plain = len(arguments) == 1 and arguments[0][0] == "lit" and arguments[0][1][0] == "string"
        if plain and name in TYPE_OF and self.chance.happens(30):
            return {"Value": tree(("ext", name, [arguments[0][1]]), self.chance, False)}
        return {name: [self.tree(argument) for argument in arguments]}
