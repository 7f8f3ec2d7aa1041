"""Random policies, templates and links for a world, as text or in Cedar's JSON form."""
import dataclasses
import json

from .expression_forms import ExpressionText, ExpressionTree
from .expressions import Environment, ExpressionMaker
from .faults import ExpressionBreaker
from .values import uid_tree, written

ANNOTATIONS = ("id", "note", "if", "advice", "permit", "principal", "_")
TEXTS = ("", "a", "policy0", "é", "two\nlines", "quote\"")
SLOT = "slot"


@dataclasses.dataclass
class Policy:
    effect: str
    annotations: list
    principal: tuple  # ("All",), ("==", E), ("in", E), ("is", TYPE), ("is", TYPE, E); E: a uid or SLOT
    action: tuple  # ("All",), ("==", UID), ("in", UID), ("in", [UID])
    resource: tuple
    conditions: list  # (kind, expression)

    def slots(self):
        return [name for name in ("principal", "resource") if SLOT in getattr(self, name)]


def environments(world, chance):
    """One of them most of the time, so that policies and requests meet."""
    out = [Environment(principal, action, resource) for action in world.actions
           for principal in action.principals for resource in action.resources]
    return out + [chance.one_of(out)] * (3 * len(out))


class PolicyMaker:
    def __init__(self, world, population, focus, chance, fault_percent):
        self.world = world
        self.population = population
        self.chance = chance
        self.fault_percent = fault_percent
        self.environments = focus

    def uid(self, name):
        return (name, self.chance.one_of(self.population[name]))

    def policy(self, slots):
        """With a slot or two, or with none."""
        chance = self.chance
        environment = chance.one_of(self.environments)
        maker = ExpressionMaker(self.world, self.population, environment, chance)
        conditions = []
        for _ in range(chance.weighted([(1, 0), (5, 1), (2, 2)])):
            body = maker.condition(chance.weighted([(5, 1), (4, 2), (2, 3)]))
            if chance.happens(self.fault_percent):
                body = ExpressionBreaker(maker).broken(body)
            conditions.append((chance.weighted([(3, "when"), (2, "unless")]), body))
        wanted = chance.weighted([(2, ("principal",)), (2, ("resource",)),
                                  (1, ("principal", "resource"))]) if slots else ()
        annotations = [(name, chance.one_of(TEXTS)) for name in chance.some(ANNOTATIONS, 0, 2)]
        return Policy(chance.weighted([(3, "permit"), (2, "forbid")]),
                      annotations if chance.happens(25) else [],
                      self.scope(environment.principal, "principal" in wanted),
                      self.action(environment.action),
                      self.scope(environment.resource, "resource" in wanted), conditions)

    def scope(self, name, slot):
        chance = self.chance
        if chance.happens(self.fault_percent // 10):
            name = chance.one_of([*self.world.entities, "Nobody", "Hub::Nobody"])
        known = name in self.population
        group = chance.one_of(self.world.above(name)) if known else name
        one = SLOT if slot else self.uid(name) if known else (name, "1")
        several = SLOT if slot else self.uid(group) if known else (name, "1")
        choices = [(2, ("==", one)), (2, ("in", several)), (2, ("is", name, several))]
        if not slot:
            choices += [(11, ("is", name)), (7, ("All",))]
        return chance.weighted(choices)

    def action(self, action):
        chance = self.chance
        if chance.happens(self.fault_percent // 10):
            return ("==", (action.type, "nothing"))
        groups = [held.uid for held in self.world.actions]
        near = chance.one_of(action.groups) if action.groups else action.uid
        return chance.weighted([
            (8, ("==", action.uid)), (2, ("in", near)), (2, ("in", action.uid)), (3, ("All",)),
            (2, ("in", [action.uid, *chance.some(groups, 0, 2)])), (1, ("in", chance.some(groups, 0, 2)))])


class PolicyText:
    def __init__(self, chance):
        self.chance = chance
        self.expressions = ExpressionText(chance)

    def text(self, policy):
        out = "".join(self.annotation(*held) for held in policy.annotations)
        head = ", ".join([self.scope("principal", policy.principal), self.action(policy.action),
                          self.scope("resource", policy.resource)])
        out += f"{policy.effect}({head}{',' if self.chance.happens(5) else ''})"
        for kind, body in policy.conditions:
            out += f"{self.space()}{kind} {{ {self.expressions.text(body)} }}"
        return out + ";"

    def space(self):
        return self.chance.weighted([(20, " "), (3, "\n  "), (1, " // why {\n"), (1, "\t\r\n")])

    def annotation(self, name, text):
        if text == "" and self.chance.happens(50):
            return f"@{name} "
        return f"@{name}({self.expressions.string(text)}){self.space()}"

    def entity(self, name, held):
        return f"?{name}" if held == SLOT else self.expressions.uid(held)

    def scope(self, name, scope):
        if scope[0] == "All":
            return name
        if scope[0] == "is":
            group = f" in {self.entity(name, scope[2])}" if len(scope) > 2 else ""
            return f"{name} is {scope[1]}{group}"
        return f"{name} {scope[0]} {self.entity(name, scope[1])}"

    def action(self, scope):
        if scope[0] == "All":
            return "action"
        if isinstance(scope[1], list):
            return "action in [" + ", ".join(map(self.expressions.uid, scope[1])) + "]"
        return f"action {scope[0]} {self.expressions.uid(scope[1])}"


class PolicyTree:
    def __init__(self, chance):
        self.chance = chance
        self.expressions = ExpressionTree(chance)

    def tree(self, policy):
        out = {"effect": policy.effect, "principal": self.scope("principal", policy.principal),
               "action": self.action(policy.action),
               "resource": self.scope("resource", policy.resource),
               "conditions": [{"kind": kind, "body": self.expressions.tree(body)}
                              for kind, body in policy.conditions]}
        if policy.annotations or self.chance.happens(10):
            out["annotations"] = dict(policy.annotations)
        return out

    def entity(self, name, held):
        if held == SLOT:
            return {"slot": f"?{name}"}
        return {"entity": uid_tree(held, self.chance, False)}

    def scope(self, name, scope):
        if scope[0] == "All":
            return {"op": "All"}
        if scope[0] == "is":
            out = {"op": "is", "entity_type": scope[1]}
            if len(scope) > 2:
                out["in"] = self.entity(name, scope[2])
            return out
        return {"op": scope[0], **self.entity(name, scope[1])}

    def action(self, scope):
        if scope[0] == "All":
            return {"op": "All"}
        if isinstance(scope[1], list):
            return {"op": "in", "entities": [uid_tree(uid, self.chance, False) for uid in scope[1]]}
        return {"op": scope[0], "entity": uid_tree(scope[1], self.chance, False)}


class PolicySetMaker:
    """A policy set as the official package takes it: the policies in one text, in a text each, or
    in JSON."""

    def __init__(self, maker, fault=None):
        self.maker = maker
        self.chance = maker.chance
        self.fault = fault
        self.form = self.chance.weighted([(6, "one text"), (2, "texts"), (5, "JSON")])
        self.texts = PolicyText(self.chance)
        self.trees = PolicyTree(self.chance)

    def write(self):
        chance = self.chance
        policies = [self.maker.policy(False) for _ in range(chance.weighted(
            [(1, 0), (4, 1), (4, 2), (3, 3), (1, 5)]))]
        templates = {f"t{i}": self.maker.policy(True)
                     for i in range(chance.weighted([(6, 0), (4, 1), (2, 2)]))}
        out = {}
        if self.form == "one text":
            out["staticPolicies"] = "\n".join(map(self.texts.text, policies))
        else:
            ids = chance.some(["p", "policy1", "", "é", "a b", "p2", "Ω\""], len(policies), len(policies))
            out["staticPolicies"] = {name: self.one(policy) for name, policy in zip(ids, policies)}
        if templates or chance.happens(10):
            out["templates"] = {name: self.one(held) for name, held in templates.items()}
        links = [self.link(name, held, i) for name, held in templates.items()
                 for i in range(chance.below(3))]
        if links or chance.happens(10):
            out["templateLinks"] = links
        if self.fault == "set":
            self.break_set(out, templates)
        return written(out, chance.happens(20))

    def one(self, policy):
        return self.trees.tree(policy) if self.form == "JSON" else self.texts.text(policy)

    def link(self, name, template, number):
        values = {}
        for slot in template.slots():
            scope = getattr(template, slot)
            environment = self.chance.one_of(self.maker.environments)
            kind = scope[1] if scope[0] == "is" and self.chance.happens(50) else \
                getattr(environment, slot)
            if self.chance.happens(10) or kind not in self.maker.population:
                kind = self.chance.one_of(list(self.maker.population))
            uid = self.maker.uid(kind)
            if self.chance.happens(3):
                uid = ("Nobody", "1")
            values[f"?{slot}"] = uid_tree(uid, self.chance, False)
        return {"templateId": name, "newId": f"{name} link {number}", "values": values}

    def break_set(self, out, templates):
        """Ids taken twice, links that do not fit, slots where there may be none."""
        chance = self.chance
        links = out.setdefault("templateLinks", [])
        plain = self.one(self.maker.policy(False))
        slotted = self.one(self.maker.policy(True))
        first = {"templateId": "t0", "newId": "policy0", "values": {}}
        what = chance.below(10)
        if what == 0:
            links.append({**first, "templateId": "nothing"})
        elif what == 1 and links:
            links.append(dict(chance.one_of(links)))
        elif what == 2 and links:
            chance.one_of(links)["newId"] = chance.one_of(["policy0", "t0", "p", ""])
        elif what == 3 and links:
            chance.one_of(links)["values"] = {}
        elif what == 4 and links:
            name = chance.one_of(["?principal", "?resource", "?action", "principal"])
            chance.one_of(links)["values"][name] = {"type": "User", "id": "alice"}
        elif what == 5:
            out["templates"] = {**out.get("templates", {}), "plain": plain}
        elif what == 6 and isinstance(out["staticPolicies"], str):
            out["staticPolicies"] += slotted if isinstance(slotted, str) else ""
        elif what == 6:
            out["staticPolicies"]["slotted"] = slotted
        elif what == 7:
            out["templates"] = {**out.get("templates", {}), "policy0": slotted, "p": slotted}
        elif what == 8 and templates:
            links.append({"templateId": "t0", "newId": "no value", "values": {
                f"?{slot}": chance.one_of([{"type": "User x", "id": ""}, "User", None, {"type": "User"}])
                for slot in templates["t0"].slots()}})
        else:
            links.append(first)


def policy_set(world, population, focus, chance, fault=None):
    """JSON text. `fault`: None, "types" (expressions that do not fit the schema) or "set"."""
    percent = {"types": 60, None: 4, "set": 0}[fault]
    return PolicySetMaker(PolicyMaker(world, population, focus, chance, percent), fault).write()


def texts_of(policies):
    """Where in a policy set, parsed, a text stands: (container, key) pairs."""
    out = []
    if isinstance(policies.get("staticPolicies"), str):
        out.append((policies, "staticPolicies"))
    for part in ("staticPolicies", "templates"):
        held = policies.get(part)
        if isinstance(held, dict):
            out += [(held, name) for name, policy in held.items() if isinstance(policy, str)]
    return out


def with_broken_text(text, breaker):
    """The policy set with one of its texts broken; JSON policies have one tree broken."""
    policies = json.loads(text)
    places = texts_of(policies)
    if places:
        container, key = breaker.chance.one_of(places)
        container[key] = breaker.text(container[key])
    else:
        breaker.policy_tree(policies)
    return written(policies)
