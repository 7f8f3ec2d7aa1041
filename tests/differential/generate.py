"""Writes random cases for the comparison with the official Cedar engine, one JSON object a line.

    generate.py --seed N --cases N [--first N] [--output FILE]

The same seed gives the same bytes everywhere. `schema`, `policies`, `entities` and the parts of the
requests are JSON texts inside JSON strings, so that nothing on the way reads a number anew.
"""
import argparse
import json
import sys

from cases.chance import Chance
from cases.entities import EntityBreaker, EntityMaker, make_population
from cases.faults import Breaker
from cases.policies import environments, policy_set, with_broken_text
from cases.requests import RequestMaker
from cases.schemas import broken_schema
from cases.schema_forms import schema_text
from cases.values import written
from cases.worlds import make_world

KINDS = ((36, "sound"), (20, "types"), (18, "entities"), (6, "schema"), (8, "text"), (4, "set"),
         (4, "no schema"), (4, "requests"))
REQUESTS = 5


def make_case(seed, number):
    chance = Chance(seed, number)
    kind = chance.weighted(KINDS)
    world = make_world(chance)
    population = make_population(world, chance)
    focus = environments(world, chance)
    case = {"id": f"{seed}-{number}", "kind": kind}
    if kind == "schema":
        case["schema"] = broken_schema(world, chance)
    elif kind != "no schema":
        case["schema"] = schema_text(world, chance)
    fault = kind if kind in ("types", "set") else "types" if kind == "no schema" else None
    case["policies"] = policy_set(world, population, focus, chance, fault)
    if kind == "text":
        case["policies"] = with_broken_text(case["policies"], Breaker(chance))
    maker = EntityMaker(world, population, chance)
    entities = maker.make()
    if kind == "entities":
        entities = EntityBreaker(maker).break_one(entities)
    case["entities"] = written(entities, chance.happens(15))
    requests = RequestMaker(world, population, focus, chance)
    case["requests"] = [requests.request(60 if kind == "requests" else 12) for _ in range(REQUESTS)]
    return case


def write_cases(seed, first, count, output):
    for number in range(first, first + count):
        line = json.dumps(make_case(seed, number), ensure_ascii=False, separators=(",", ":"))
        output.write(line.encode() + b"\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--output", type=argparse.FileType("wb"), default=sys.stdout.buffer)
    arguments = parser.parse_args()
    write_cases(arguments.seed, arguments.first, arguments.cases, arguments.output)


if __name__ == "__main__":
    main()
