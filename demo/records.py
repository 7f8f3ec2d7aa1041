"""One invented record of each kind, as a dictionary of field names and values."""
import people

TA_AGREEMENT = {
    "hub_agreement": "london-ta-notice-2026",
    "hub_purpose": "section-208-notice",
    "hub_legal_basis": "ha1996-s208",
    "hub_handling": "official-sensitive",
    "hub_priority": "bulk",
}
REFERRAL_AGREEMENT = {
    "hub_agreement": "london-local-connection-2026",
    "hub_purpose": "local-connection-referral",
    "hub_legal_basis": "ha1996-s198",
    "hub_handling": "official-sensitive",
    "hub_priority": "bulk",
}
MARAC_AGREEMENT = {
    "hub_agreement": "london-marac-transfer-2026",
    "hub_purpose": "marac-transfer",
    "hub_legal_basis": "cda1998-s115",
    "hub_handling": "official-sensitive",
    "hub_priority": "urgent",
}

# Assumed shares.
FUNCTIONS = people.Draw({"s193": 70, "s188": 22, "s189b": 3, "s200": 2, "s199a": 2, "s204_4": 1})
GROUNDS = people.Draw({
    "normal_residence": 40, "family_associations": 30, "employment": 8, "special_circumstances": 5,
    "care_leaver_section_23c": 4, "care_leaver_placed": 2, "previous_placement": 6,
    "private_rented_offer": 3, "asylum_support": 2,
})
STAGES = people.Draw({"relief": 80, "main_duty": 20})
RELATIONSHIPS = people.Draw({"former_partner": 55, "partner": 30, "parent": 3, "son_or_daughter": 5,
                             "sibling": 3, "other_family": 4})

NEED_WORDS = {
    "physical_health": "Needs a ground floor or a lift; uses a walking frame on bad days.",
    "mental_health": "Under the community mental health team; appointments must be kept up after the move.",
    "domestic_abuse": "Do not disclose the address to callers, family included.",
    "learning_disability": "Letters in plain words; a support worker reads them together with the household.",
    "budgeting": "Help with setting up payments was offered and accepted.",
    "drug_dependency": "In treatment; asks to stay with the same clinic.",
    "alcohol_dependency": "Attends a group twice a week.",
    "old_age": "Lives with a personal alarm, which must be connected on the first day.",
}
PLAN_STEPS = [
    "Locks and door chain checked by the sanctuary scheme within two days.",
    "School told in person; pick-up only by the named persons.",
    "Flag on the new address with the emergency services.",
    "IDVA to meet the victim in the first week.",
    "GP registration under the address-withheld arrangement.",
    "Housing to call from a withheld number between 9 and 11 only.",
]
REASONS = [
    "Threats by message after separation, rising in the past month. The victim moved with the "
    "children at short notice and fears being found.",
    "Stalking at the workplace and at the former home. Two calls to the police since the last "
    "meeting. The victim asks for a move out of the area.",
    "Physical assault with injuries, witnessed by a child. The perpetrator was released on "
    "conditions and knows the former address.",
]
WORD_COUNTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def household(rng, kind):
    """(other adults, ages of children) of a household of this type."""
    adults = 0
    if kind.startswith("two_adults"):
        adults = 1
    elif kind.startswith("three_or_more"):
        adults = rng.choice([2, 2, 3])
    has_children = kind.startswith("single_parent") or kind.endswith("with_children")
    count = rng.choice([1, 1, 1, 2, 2, 2, 3, 3, 4, 5]) if has_children else 0
    return adults, sorted(rng.randrange(18) for _ in range(count))


def needs_summary(rng, needs):
    words = [NEED_WORDS[need] for need in needs if need in NEED_WORDS]
    if needs and not words:
        words = ["The household asks for contact by telephone; an interpreter may be needed."]
    if words and rng.random() < 0.5:
        words.append("The household has been told of this notice.")
    return " ".join(words)


class Borough:
    """What one authority's records have in common, looked up once."""

    def __init__(self, volumes, gss):
        self.gss = gss
        self.name = volumes.names[gss]
        self.initials = "".join(c for c in self.name.upper() if c.isalpha())[:3]
        self.hosts = people.Draw(volumes.others(gss))
        self.ta_types = people.Draw(volumes.ta_types(gss))
        self.household_types = people.Draw(volumes.household_types(gss))
        self.needs = people.Draw(volumes.support_needs(gss))
        self.need_counts = people.Draw(volumes.need_counts(gss))


def placement(rng, borough, reference, today):
    host = borough.hosts.one(rng)
    kind = borough.household_types.one(rng)
    adults, ages = household(rng, kind)
    needs = borough.needs.some(rng, borough.need_counts.one(rng))
    ta_type = borough.ta_types.one(rng)
    female = "female" in kind or ("male" not in kind and rng.random() < 0.6)
    others = f"{WORD_COUNTS[adults]} other adult{'' if adults == 1 else 's'}"
    others += f", {WORD_COUNTS[len(ages)]} child{'' if len(ages) == 1 else 'ren'}"
    record = dict(TA_AGREEMENT)
    record.update({
        "case_reference": f"{borough.initials}-TA-{reference:06d}",
        "host_authority": host,
        "applicant_name": people.name(rng, female),
        "other_persons": adults + len(ages),
        "other_persons_description": others if adults or ages else "",
        "household_type": kind,
        "accommodation_address": people.address(rng),
        "accommodation_postcode": people.postcode(rng, host),
        "available_from": people.day_before(rng, today, 13),
        "placement_function": FUNCTIONS.one(rng),
        "uprn": people.uprn(rng),
        "ta_type": ta_type,
        "bedrooms": max(1, min(5, (1 + adults + len(ages)) // 2)),
        "shared_facilities": "yes" if ta_type in ("bed_and_breakfast", "hostel") else "no",
        "support_needs": needs,
        "needs_summary": needs_summary(rng, needs),
        "contact_officer": people.name(rng),
        "contact_team": rng.choice(people.TEAMS),
        "contact_email": people.email("section208", borough.name),
        "contact_phone": people.phone(rng),
        "children_count": len(ages),
        "children_ages": ages,
        "social_worker": "yes" if ages and rng.random() < 0.15 else "no",
    })
    return record


def identifiers(rng, today):
    return {
        "nhs_number": people.nhs_number(rng),
        "ni_number": people.ni_number(rng),
        "date_of_birth": people.birth_date(rng, today, 18, 70),
    }


def referral(rng, borough, notified, reference, today):
    kind = borough.household_types.one(rng)
    adults, ages = household(rng, kind)
    needs = borough.needs.some(rng, borough.need_counts.one(rng))
    moves = sorted((people.day_before(rng, today, 5 * 365) for _ in range(3)), reverse=True)
    record = dict(REFERRAL_AGREEMENT)
    record.update({
        "case_reference": f"{borough.initials}-LC-{reference:05d}",
        "notified_authority": notified,
        "applicant_name": people.name(rng),
        "application_date": people.day_before(rng, today, 40),
        "notice_date": today.isoformat(),
        "stage": STAGES.one(rng),
        "connection_ground": GROUNDS.one(rng),
        "connection_details": "Stated by the applicant and confirmed by letter. "
                              "Copies of the assessment follow on acceptance.",
        "no_connection_here": "No residence, employment or close family here in the last five years.",
        "risk_bar": "no_risk_found",
        "eligible": True,
        "assessment_date": people.day_before(rng, today, 20),
        "priority_needs": ["dependent_children"] if ages else [],
        "current_address": people.address(rng),
        "current_postcode": people.postcode(rng, borough.gss),
        "previous_addresses": [people.address(rng) for _ in range(3)],
        "previous_addresses_from": moves[1:] + [None],
        "previous_addresses_to": [None] + moves[1:],
        "household_type": kind,
        "household_size": 1 + adults + len(ages),
        "children_count": len(ages),
        "children_ages": ages,
        "pregnant": rng.random() < 0.05,
        "support_needs": needs,
        "needs_summary": needs_summary(rng, needs),
        "contact_officer": people.name(rng),
        "contact_email": people.email("homelessness", borough.name),
        "contact_phone": people.phone(rng),
        "applicant_phone": people.phone(rng),
    })
    return {field: value for field, value in record.items() if value not in ("", [], None)}


def marac_transfer(rng, borough, receiving, reference, today):
    ages = [rng.randrange(18) for _ in range(rng.choice([0, 1, 1, 2, 2, 3]))]
    score = rng.randrange(8, 24)
    surname = rng.choice(people.SURNAMES)
    record = dict(MARAC_AGREEMENT)
    record.update({
        "case_reference": f"{borough.initials}-M-{reference:04d}",
        "receiving_authority": receiving,
        "origin_marac": f"{borough.name} Marac",
        "referring_agency": rng.choice(["Police", "Hospital", "IDVA service", "Housing"]),
        "coordinator_name": people.name(rng),
        "coordinator_phone": people.phone(rng),
        "coordinator_email": people.email("marac", borough.name),
        "idva_name": people.name(rng),
        "idva_phone": people.phone(rng),
        "transfer_date": today.isoformat(),
        "last_marac_date": people.day_before(rng, today, 60),
        "move_kind": rng.choice(["temporary", "permanent"]),
        "victim_name": people.name(rng, rng.random() < 0.93),
        "victim_date_of_birth": people.birth_date(rng, today, 18, 65),
        "victim_phone": people.phone(rng),
        "victim_phone_safe": rng.choice(["yes", "no"]),
        "safe_contact": rng.choice(["mornings on weekdays", "through the school", "by text first"]),
        "victim_aware": "yes",
        "consent_given": rng.choice(["yes", "yes", "yes", "no"]),
        "victim_address": people.address(rng),
        "victim_postcode": people.postcode(rng, receiving),
        "moved_on": people.day_before(rng, today, 10),
        "perpetrator_name": f"{rng.choice(people.FIRST_MALE)} {surname}",
        "perpetrator_date_of_birth": people.birth_date(rng, today, 18, 65),
        "perpetrator_relationship": RELATIONSHIPS.one(rng),
        "children_names": [f"{people.name(rng).split()[0]} {surname}" for _ in ages],
        "children_dates_of_birth": [people.birth_date(rng, today, a, a) for a in ages],
        "children_schools": [rng.choice(people.SCHOOLS) if age >= 5 else "" for age in ages],
        "dash_score": score,
        "visible_high_risk": "yes" if score >= 14 else "no",
        "professional_judgement": "yes" if score < 14 else rng.choice(["yes", "no"]),
        "potential_escalation": rng.choice(["yes", "no"]),
        "marac_repeat": rng.choice(["yes", "no", "no"]),
        "afraid_of": "the perpetrator and two of his relatives",
        "reason_for_referral": rng.choice(REASONS),
        "minutes": "Heard in full. Agencies reported in turn. Risk agreed as high.",
        "action_plan": "\n".join(rng.sample(PLAN_STEPS, 3)),
    })
    return record
