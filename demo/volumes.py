"""How many records of each kind go from whom to whom: published figures, and the demo's assumptions.

demo/data/README.md says which is which.
"""
import csv
import math
import pathlib

DATA = pathlib.Path(__file__).resolve().parent / "data"
PUBLISHED_LONDON_TOTAL = 30_380  # households placed in London by London, December 2025, table TA9
MARAC_TRANSFERS_PER_AUTHORITY = 6  # an assumption
CITY_OF_LONDON = "E09000001"

# Column heads start with these words; footnote marks follow them.
TA_TYPES = {
    "Duty owed but no accommodation secured": "own_arrangements",
    "Bed and breakfast hotels": "bed_and_breakfast",
    "Nightly paid": "nightly_paid_self_contained",
    "Hostels": "hostel",
    "Private sector accommodation leased": "private_sector_leased",
    "Local authority or Housing association": "la_or_ha_stock",
    "Any other type": "other",
}
HOUSEHOLD_TYPES = {
    "One adult male with dependent": "single_parent_male",
    "One adult female with dependent": "single_parent_female",
    "One adult with dependent": "single_parent_other",
    "Two adults with dependent": "two_adults_with_children",
    "Three or more adults with dependent": "three_or_more_adults_with_children",
    "One adult male": "single_adult_male",
    "One adult female": "single_adult_female",
    "One adult (other": "single_adult_other",
    "Two adults": "two_adults_without_children",
    "Three or more adults without": "three_or_more_adults_without_children",
    "Household comp": "not_known",
}
SUPPORT_NEEDS = {
    "Young person aged 16-17": "young_person_16_17",
    "Young person aged 18-25": "young_person_18_25",
    "Young parent": "young_parent",
    "Care leaver aged 18-20": "care_leaver_18_20",
    "Care leaver aged 21-24": "care_leaver_21_24",
    "Care leaver aged 25+": "care_leaver_25_over",
    "Physical ill health": "physical_health",
    "History of mental health": "mental_health",
    "Learning disability": "learning_disability",
    "At risk of / has experienced sexual": "sexual_abuse",
    "At risk of / has experienced domestic": "domestic_abuse",
    "At risk of / has experienced abuse (non": "non_domestic_abuse",
    "Drug dependency": "drug_dependency",
    "Alcohol dependency": "alcohol_dependency",
    "Offending history": "offending_history",
    "History of repeat homelessness": "repeat_homelessness",
    "History of rough sleeping": "rough_sleeping",
    "Former asylum seeker": "former_asylum_seeker",
    "Old age": "old_age",
    "Served in HM Forces": "hm_forces",
    "Access to education": "education_employment_training",
    "Victim of modern slavery": "modern_slavery",
    "Difficulties budgeting": "budgeting",
}


def number(text):
    """A published figure; marks for missing and suppressed figures count as none."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return 0.0


def table(name):
    """gss code -> {column head: cell}. Heads keep what follows the last '>'."""
    with open(DATA / f"mhclg_202512_london_{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    heads = [head.split(">")[-1].strip() for head in rows[0]]
    return {row[0]: dict(zip(heads, row)) for row in rows[1:]}


def column(row, start):
    """The cell whose head starts so."""
    for head, cell in row.items():
        if head.startswith(start):
            return cell
    raise KeyError(start)


def shares(tables, gss, names):
    """code -> weight for one authority, or for all together where it has none."""
    def weights(rows):
        out = {}
        for start, code in names.items():
            # The longest matching head wins: "Two adults" is also the start of a longer one.
            exact = [h for h in rows[0] if h.startswith(start)]
            head = min(exact, key=len) if exact else None
            out[code] = sum(number(row[head]) for row in rows) if head else 0.0
        return out

    own = weights([tables[gss]])
    return own if sum(own.values()) > 0 else weights(list(tables.values()))


def spread(total, weights):
    """Splits a whole number by weights, without losing or adding any (largest remainder)."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    out = {key: math.floor(value) for key, value in exact.items()}
    left = total - sum(out.values())
    for key in sorted(exact, key=lambda k: (out[k] - exact[k], k))[:left]:
        out[key] += 1
    return out


class Volumes:
    """What the demo generates, authority by authority."""

    def __init__(self, scale):
        with open(DATA / "london_authorities_gss.csv", newline="", encoding="utf-8") as file:
            self.names = {row["gss_code"]: row["name_ons"] for row in csv.DictReader(file)}
        self.codes = sorted(self.names)
        ta9 = table("TA9")
        ta1 = table("TA1")
        self._ta_types = table("TA9_TATYPE")
        self._household_types = table("TA9_HHTYPE")
        self._needs = table("A3")
        self.households = {
            gss: number(column(ta1[gss], "Number of households in area")) for gss in self.codes
        }
        sent = {gss: int(number(column(ta9[gss], "Sent to 1,2,3,4: London"))) for gss in self.codes}
        self.reported_total = sum(sent.values())
        silent = [gss for gss in self.codes if column(ta9[gss], "Sent to 1,2,3,4: London") == ".."]
        assumed = spread(
            PUBLISHED_LONDON_TOTAL - self.reported_total,
            {gss: self.households[gss] for gss in silent},
        )
        self.assumed_senders = assumed
        sent.update(assumed)
        self.placements = {gss: math.ceil(count * scale) for gss, count in sent.items()}
        a7 = table("A7")
        self.referrals_to = {
            gss: math.ceil(number(column(a7[gss], "Households referred by another local")) * scale)
            for gss in self.codes
        }
        self.marac_transfers = {
            gss: 0 if gss == CITY_OF_LONDON else math.ceil(MARAC_TRANSFERS_PER_AUTHORITY * scale)
            for gss in self.codes
        }

    def others(self, gss, without=()):
        """The other authorities and their weights, for drawing the far end of an exchange."""
        return {
            code: weight
            for code, weight in self.households.items()
            if code != gss and code not in without
        }

    def ta_types(self, gss):
        return shares(self._ta_types, gss, TA_TYPES)

    def household_types(self, gss):
        return shares(self._household_types, gss, HOUSEHOLD_TYPES)

    def support_needs(self, gss):
        return shares(self._needs, gss, SUPPORT_NEEDS)

    def need_counts(self, gss):
        """Number of support needs of a household -> weight."""
        row = self._needs[gss]
        return {
            0: number(column(row, "Households with no support needs"))
            + number(column(row, "Households with unknown support needs")),
            1: number(row["1"]),
            2: number(row["2"]),
            3: number(row.get("3+", "0")) or number(column(row, "Number of households")),
        }
