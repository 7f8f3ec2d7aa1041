"""Writes a World as a schema: as text, and as JSON."""
import json

from .worlds import NO_RECORD, SIMPLE, base_of, is_name, namespace_of


def quoted(text):
    """The text as a Cedar string."""
    out = ""
    for char in text:
        if char in "\"\\":
            out += "\\" + char
        elif char == "\n":
            out += "\\n"
        elif char == "\0":
            out += "\\0"
        else:
            out += char
    return f'"{out}"'


def spaces_of(world):
    names = [*world.entities, *world.commons, *(action.type for action in world.actions)]
    spaces = []
    for name in names:
        if namespace_of(name) not in spaces:
            spaces.append(namespace_of(name))
    return spaces


class TextSchema:
    def __init__(self, world, chance):
        self.world = world
        self.chance = chance
        self.space = ""

    def write(self):
        out = []
        for space in spaces_of(self.world):
            self.space = space
            held = [*self.commons(), *self.entities(), *self.actions()]
            held = self.chance.shuffled(held) if self.chance.happens(30) else held
            inside = "".join(self.annotation() + line for line in held)
            out.append(f"namespace {space} {{\n{inside}}}\n" if space else inside)
        return "".join(out)

    def annotation(self):
        return self.chance.weighted([(40, ""), (1, "// a comment; entity X;\n"), (1, "@doc(\"é\")\n"),
                                     (1, "@internal\n"), (1, "@if(\"x\") @b\n")])

    def name(self, whole):
        """In its own namespace a name may stand alone."""
        if namespace_of(whole) == self.space and self.chance.happens(70):
            return base_of(whole)
        return whole

    def type(self, kind):
        if kind[0] in SIMPLE:
            return "__cedar::" * self.chance.happens(10) + kind[0]
        if kind[0] == "Set":
            return f"Set<{self.type(kind[1])}>"
        if kind[0] == "Record":
            return self.record(kind)
        return self.name(kind[1])

    def record(self, kind):
        parts = [f"{self.attribute(name)}{'' if needed else '?'}: {self.type(held)}"
                 for name, held, needed in kind[1]]
        return "{" + ", ".join(parts) + ("," if parts and self.chance.happens(20) else "") + "}"

    def attribute(self, name):
        if is_name(name) and self.chance.happens(90):
            return name
        return quoted(name)

    def listed(self, names):
        if len(names) == 1 and self.chance.happens(60):
            return names[0]
        return "[" + ", ".join(names) + "]"

    def commons(self):
        for whole, kind in self.world.commons.items():
            if namespace_of(whole) == self.space:
                yield f"type {base_of(whole)} = {self.type(kind)};\n"

    def entities(self):
        for whole, held in self.world.entities.items():
            if namespace_of(whole) != self.space:
                continue
            out = f"entity {base_of(whole)}"
            if held.enum is not None:
                yield out + " enum [" + ", ".join(quoted(text) for text in held.enum) + "];\n"
                continue
            if held.parents:
                out += " in " + self.listed([self.name(name) for name in held.parents])
            if held.shape != NO_RECORD or self.chance.happens(20):
                # A common type may stand here in JSON only.
                shape = self.world.whole(held.shape) if held.shape[0] == "Common" else held.shape
                out += self.chance.one_of([" = ", " "]) + self.type(shape)
            if held.tags is not None:
                out += f" tags {self.type(held.tags)}"
            yield out + ";\n"

    def action_name(self, name):
        if is_name(name) and self.chance.happens(70):
            return name
        return quoted(name)

    def group(self, uid):
        if namespace_of(uid[0]) == self.space and self.chance.happens(60):
            return self.action_name(uid[1])
        return f"{uid[0]}::{quoted(uid[1])}"

    def actions(self):
        for held in self.world.actions:
            if namespace_of(held.type) != self.space:
                continue
            out = f"action {self.action_name(held.id)}"
            if held.groups:
                out += " in " + self.listed([self.group(uid) for uid in held.groups])
            if held.principals:
                parts = ["principal: " + self.listed([self.name(name) for name in held.principals]),
                         "resource: " + self.listed([self.name(name) for name in held.resources])]
                if held.context != NO_RECORD or self.chance.happens(20):
                    parts.append("context: " + self.type(held.context))
                out += " appliesTo {" + ", ".join(parts) + "}"
            yield out + ";\n"


class JsonSchema:
    def __init__(self, world, chance):
        self.world = world
        self.chance = chance
        self.space = ""

    def write(self):
        return json.dumps(self.tree(), ensure_ascii=self.chance.happens(30), separators=(",", ":"))

    def tree(self):
        out = {}
        for space in spaces_of(self.world):
            self.space = space
            out[space] = {"entityTypes": self.entities(), "actions": self.actions()}
            commons = {base_of(whole): self.type(kind) for whole, kind in self.world.commons.items()
                       if namespace_of(whole) == space}
            if commons or self.chance.happens(20):
                out[space]["commonTypes"] = commons
        return out

    def name(self, whole):
        if namespace_of(whole) == self.space and self.chance.happens(70):
            return base_of(whole)
        return whole

    def type(self, kind):
        if kind[0] == "Set":
            return {"type": "Set", "element": self.type(kind[1])}
        if kind[0] == "Record":
            return {"type": "Record", "attributes": self.attributes(kind)}
        if kind[0] == "Common":
            name = self.name(kind[1])
            return self.chance.one_of([{"type": name}, {"type": "EntityOrCommon", "name": name}])
        if kind[0] == "Entity":
            name = self.name(kind[1])
            return self.chance.weighted([(3, {"type": "Entity", "name": name}),
                                         (1, {"type": "EntityOrCommon", "name": name})])
        return self.simple(kind[0])

    def simple(self, name):
        if self.chance.happens(15):
            return {"type": "EntityOrCommon", "name": "__cedar::" * self.chance.happens(40) + name}
        if name in ("Long", "String"):
            return {"type": name}
        if name == "Bool":
            return {"type": "Boolean"}
        return {"type": "Extension", "name": name}

    def attributes(self, kind):
        out = {}
        for name, held, needed in kind[1]:
            out[name] = self.type(held)
            if not needed or self.chance.happens(20):
                out[name]["required"] = needed
        return out

    def entities(self):
        out = {}
        for whole, held in self.world.entities.items():
            if namespace_of(whole) != self.space:
                continue
            if held.enum is not None:
                out[base_of(whole)] = {"enum": held.enum}
                continue
            made = out[base_of(whole)] = {}
            if held.parents or self.chance.happens(20):
                made["memberOfTypes"] = [self.name(name) for name in held.parents]
            if held.shape != NO_RECORD or self.chance.happens(20):
                made["shape"] = self.type(held.shape)
            if held.tags is not None:
                made["tags"] = self.type(held.tags)
        return out

    def group(self, uid):
        if namespace_of(uid[0]) == self.space and self.chance.happens(60):
            return {"id": uid[1]}
        return {"type": uid[0], "id": uid[1]}

    def actions(self):
        out = {}
        for held in self.world.actions:
            if namespace_of(held.type) != self.space:
                continue
            made = out[held.id] = {}
            if held.groups or self.chance.happens(20):
                made["memberOf"] = [self.group(uid) for uid in held.groups]
            if held.principals:
                made["appliesTo"] = {
                    "principalTypes": [self.name(name) for name in held.principals],
                    "resourceTypes": [self.name(name) for name in held.resources]}
                if held.context != NO_RECORD or self.chance.happens(20):
                    made["appliesTo"]["context"] = self.type(held.context)
        return out


def schema_text(world, chance):
    """A JSON document: a string that holds the text, or the schema's JSON."""
    if chance.happens(60):
        return json.dumps(TextSchema(world, chance).write(), ensure_ascii=False)
    return JsonSchema(world, chance).write()
