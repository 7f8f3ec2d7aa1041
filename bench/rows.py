"""Rows of one shape and many numbers: section 208 notices with every field that the agreement allows,
about 1 KiB as a body. Nobody in them exists."""

SUMMARY = ("Ground floor or lift needed. The household has asked for a place near the present school. "
           "Support worker visits once a week; the visits go on after the move. ") * 3

COLUMNS = {
    "case_reference": "CASE/{number:010}",
    "host_authority": "{recipient}",
    "applicant_name": "Sample Applicant {number:010}",
    "other_persons": "2",
    "other_persons_description": "One adult and one child who normally live with the applicant as family",
    "household_type": "two_adults_with_children",
    "accommodation_address": "Flat {number}, 1 Sample Street",
    "accommodation_postcode": "QM1 7IC",
    "available_from": "2026-11-14",
    "placement_function": "s193",
    "uprn": "{number:012}",
    "ta_type": "nightly_paid_self_contained",
    "bedrooms": "2",
    "shared_facilities": "no",
    "support_needs": "physical_health;mental_health",
    "needs_summary": SUMMARY.strip(),
    "contact_officer": "Sample Officer",
    "contact_team": "Temporary accommodation",
    "contact_email": "section208@example.org",
    "contact_phone": "020 7946 0000",
    "children_count": "1",
    "children_ages": "7",
    "social_worker": "no",
}


def header():
    return (",".join(COLUMNS) + "\r\n").encode()


def row(number, recipient):
    values = (value.format(number=number, recipient=recipient) for value in COLUMNS.values())
    return (",".join(f'"{value}"' for value in values) + "\r\n").encode()
