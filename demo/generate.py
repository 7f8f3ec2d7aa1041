#!/usr/bin/env python3
"""Writes input files for the hub as the 33 authorities' systems would, with invented people.

    generate.py --out DIR [--scale 0.02] [--seed 1] [--today 2026-06-30]

The same arguments give the same files. DIR/<gss>/ holds an authority's own files, and
DIR/expected.json what should become of every file. Ordinary files follow the published volumes
(demo/volumes.py); files whose name goes on after the record type show one kind of refusal each:

    .identifiers-withheld   carries identifiers that the agreement does not cover
    .equality-withheld      carries diversity fields that the agreement does not cover
    .purpose-not-agreed     names a purpose that is not in the agreement
    .city-not-a-party       a Marac transfer to or from the City of London, outside the agreement
    .pilot-expired          names west-london-pilot-2025, which ended on 31 March 2026
    .broken-rows            has wrong values among right ones

Standard library only.
"""
import argparse
import csv
import datetime
import json
import pathlib
import random

import people
import records
import volumes

TA = "ta.placement_notice"
REFERRAL = "homelessness.local_connection_referral"
MARAC = "violence.marac_transfer"
PILOT_END = "2026-03-31"
CITY = volumes.CITY_OF_LONDON
WITHHELD_ROWS = 5
REFUSED_ROWS = 3
REJECTED = "_rejected"  # marks a row that is wrong; not written


class Writer:
    """Writes files, and notes what should become of their rows."""

    def __init__(self, out, authorities):
        self._out = out
        self.expected = {gss: {"name": name, "files": []} for gss, name in authorities.items()}
        self.received = {gss: {TA: 0, REFERRAL: 0, MARAC: 0} for gss in authorities}

    def write(self, gss, record_type, suffix, rows, outcome, to_field):
        """`outcome`: {"sent"|"rejected": count, "refused": {policy: count}, "withheld": {group: count}}."""
        if not rows:
            return
        folder = self._out / gss
        folder.mkdir(parents=True, exist_ok=True)
        ending = "json" if record_type == REFERRAL else "csv"
        name = f"{record_type}{suffix}.{ending}"
        if ending == "json":
            plain = [{key: value for key, value in row.items() if key != REJECTED} for row in rows]
            (folder / name).write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
        else:
            write_csv(folder / name, rows)
        if outcome.get("sent"):
            for row in rows:
                if REJECTED not in row:
                    self.received[row[to_field]][record_type] += 1
        self.expected[gss]["files"].append({
            "file": name, "record_type": record_type, "rows": len(rows), **outcome,
        })


def cell(value):
    if isinstance(value, list):
        return ";".join("" if item is None else str(item) for item in value)
    return "" if value is None else value


def write_csv(path, rows):
    columns = list(dict.fromkeys(key for row in rows for key in row if key != REJECTED))
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows([cell(row.get(column, "")) for column in columns] for row in rows)


def ordinary_files(figures, boroughs, writer, seed, today):
    notified = {}
    for gss in figures.codes:
        rng = random.Random(f"{seed}:referrals:{gss}")
        senders = people.Draw(figures.others(gss))
        for _ in range(figures.referrals_to[gss]):
            notified.setdefault(senders.one(rng), []).append(gss)
    for gss, borough in boroughs.items():
        rng = random.Random(f"{seed}:placements:{gss}")
        rows = [records.placement(rng, borough, i + 1, today) for i in range(figures.placements[gss])]
        writer.write(gss, TA, "", rows, {"sent": len(rows)}, "host_authority")

        rng = random.Random(f"{seed}:referral:{gss}")
        rows = [records.referral(rng, borough, to, i + 1, today)
                for i, to in enumerate(notified.get(gss, []))]
        writer.write(gss, REFERRAL, "", rows, {"sent": len(rows)}, "notified_authority")

        rng = random.Random(f"{seed}:marac:{gss}")
        receivers = people.Draw(figures.others(gss, without=(CITY,)))
        rows = [records.marac_transfer(rng, borough, receivers.one(rng), i + 1, today)
                for i in range(figures.marac_transfers[gss])]
        writer.write(gss, MARAC, "", rows, {"sent": len(rows)}, "receiving_authority")


def withheld_files(boroughs, writer, seed, today):
    for gss in ("E09000012", "E09000025", "E09000033"):
        rng = random.Random(f"{seed}:identifiers:{gss}")
        rows = []
        for i in range(WITHHELD_ROWS):
            row = records.placement(rng, boroughs[gss], 900_001 + i, today)
            row.update(records.identifiers(rng, today))
            rows.append(row)
        writer.write(gss, TA, ".identifiers-withheld", rows,
                     {"sent": len(rows), "withheld": {"identifiers": len(rows)}}, "host_authority")
    rng = random.Random(f"{seed}:equality")
    rows = []
    for i in range(WITHHELD_ROWS):
        row = records.marac_transfer(rng, boroughs["E09000022"], "E09000028", 9_001 + i, today)
        row.update({"gender": "female", "black_or_minority_ethnic": rng.choice(["yes", "no"]),
                    "disabled": rng.choice(["yes", "no"]), "lgbt": "no"})
        rows.append(row)
    writer.write("E09000022", MARAC, ".equality-withheld", rows,
                 {"sent": len(rows), "withheld": {"equality": len(rows)}}, "receiving_authority")


def refused_files(boroughs, writer, seed, today):
    rng = random.Random(f"{seed}:refused")
    rows = [records.placement(rng, boroughs["E09000022"], 910_001 + i, today)
            for i in range(REFUSED_ROWS)]
    for row in rows:
        row["hub_purpose"] = "tenancy-fraud-check"
    writer.write("E09000022", TA, ".purpose-not-agreed", rows,
                 {"refused": {"purpose-not-agreed": len(rows)}}, "host_authority")

    rows = [records.marac_transfer(rng, boroughs["E09000012"], CITY, 9_101 + i, today)
            for i in range(REFUSED_ROWS)]
    writer.write("E09000012", MARAC, ".city-not-a-party", rows,
                 {"refused": {"recipient-not-a-party": len(rows)}}, "receiving_authority")
    rows = [records.marac_transfer(rng, boroughs[CITY], "E09000030", 9_201 + i, today)
            for i in range(REFUSED_ROWS)]
    writer.write(CITY, MARAC, ".city-not-a-party", rows,
                 {"refused": {"sender-not-a-party": len(rows)}}, "receiving_authority")

    for gss, host in (("E09000013", "E09000017"), ("E09000017", "E09000018")):
        rows = []
        for i in range(REFUSED_ROWS):
            row = records.placement(rng, boroughs[gss], 920_001 + i, today)
            row.update(records.identifiers(rng, today))
            row.update({"host_authority": host, "hub_agreement": "west-london-pilot-2025",
                        "accommodation_postcode": people.postcode(rng, host)})
            rows.append(row)
        writer.write(gss, TA, ".pilot-expired", rows,
                     {"refused": {"agreement-expired": len(rows)}, "refused_after": PILOT_END},
                     "host_authority")


def broken_files(boroughs, writer, seed, today):
    """Rows whose values break a rule; each names one, and two rows are right."""
    rng = random.Random(f"{seed}:broken")
    slips = [
        {"nhs_number": people.wrong_nhs_number(rng)},
        {"available_from": "2026-02-30"},
        {"ta_type": "tent"},
        {"accommodation_postcode": "nowhere"},
        {"host_authority": "E09000034"},
        {"applicant_name": ""},
        {"children_ages": "three"},
    ]
    for gss in ("E09000012", "E09000007"):
        rows = [records.placement(rng, boroughs[gss], 930_001 + i, today)
                for i in range(len(slips) + 2)]
        for row, slip in zip(rows[1:], slips):
            row.update(slip)
            row[REJECTED] = True
        writer.write(gss, TA, ".broken-rows", rows, {"sent": 2, "rejected": len(slips)},
                     "host_authority")

    rows = [records.referral(rng, boroughs["E09000007"], "E09000019", 90_001 + i, today)
            for i in range(3)]
    rows[1]["stage"] = "appeal"
    rows[1][REJECTED] = True
    writer.write("E09000007", REFERRAL, ".broken-rows", rows, {"sent": 2, "rejected": 1},
                 "notified_authority")


def summary(figures, writer, arguments):
    files = [file for entry in writer.expected.values() for file in entry["files"]]
    totals = {"rows": sum(f["rows"] for f in files), "sent": sum(f.get("sent", 0) for f in files),
              "refused": sum(sum(f.get("refused", {}).values()) for f in files),
              "rejected": sum(f.get("rejected", 0) for f in files)}
    for gss, counts in writer.received.items():
        writer.expected[gss]["receives"] = {kind: n for kind, n in counts.items() if n}
    return {
        "arguments": arguments,
        "figures": {
            "published_total_placed_in_london": volumes.PUBLISHED_LONDON_TOTAL,
            "sum_of_authorities_that_reported": figures.reported_total,
            "assumed_for_authorities_that_did_not_report": figures.assumed_senders,
            "assumed_marac_transfers_per_authority": volumes.MARAC_TRANSFERS_PER_AUTHORITY,
        },
        "totals": totals,
        "authorities": writer.expected,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=0.02, help="1 is a quarter's stock")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", type=datetime.date.fromisoformat, default="2026-06-30")
    options = parser.parse_args()
    if not 0 < options.scale <= 10:
        parser.error("--scale is more than 0 and at most 10")

    figures = volumes.Volumes(options.scale)
    writer = Writer(options.out, figures.names)
    boroughs = {gss: records.Borough(figures, gss) for gss in figures.codes}
    ordinary_files(figures, boroughs, writer, options.seed, options.today)
    withheld_files(boroughs, writer, options.seed, options.today)
    refused_files(boroughs, writer, options.seed, options.today)
    broken_files(boroughs, writer, options.seed, options.today)
    arguments = {"scale": options.scale, "seed": options.seed, "today": options.today.isoformat()}
    report = summary(figures, writer, arguments)
    text = json.dumps(report, indent=1) + "\n"
    (options.out / "expected.json").write_text(text, encoding="utf-8")
    totals = report["totals"]
    print(f"{totals['rows']} rows in {options.out}: {totals['sent']} to be sent, "
          f"{totals['refused']} to be refused, {totals['rejected']} to be rejected")


if __name__ == "__main__":
    main()
