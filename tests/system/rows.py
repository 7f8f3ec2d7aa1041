"""Placement notices as a case system would export them. Each row's case_reference says who sent it,
to whom, with which priority and as which of its kind, so that a test can tell what is missing, what
is there twice and what is out of order.
"""
import collections
import csv
import io

TYPE = "ta.placement_notice"
AGREEMENT = "london-ta-notice-2026"
PURPOSE = "section-208-notice"

# The texts of every row; also where a marker goes that must never be found in the clear.
TEXTS = ("applicant_name", "other_persons_description", "accommodation_address", "needs_summary",
         "contact_officer", "contact_team")


def reference(sender, recipient, priority, number):
    return f"{sender[-2:]}/{recipient[-2:]}/{priority}/{number:06d}"


def notice(sender, recipient, number, priority="bulk", marker="", **changes):
    """One row that every rule allows; `marker` is put into every text of it."""
    row = {
        "case_reference": reference(sender, recipient, priority, number),
        "host_authority": recipient,
        "applicant_name": f"Applicant {marker}",
        "other_persons": "2",
        "other_persons_description": f"one adult and one child {marker}",
        "accommodation_address": f"{number % 400 + 1} Invented Street {marker}",
        "accommodation_postcode": "QA1 1VV",
        "available_from": "2026-06-15",
        "placement_function": "s193",
        "ta_type": "hostel",
        "needs_summary": f"Ground floor needed. {marker}",
        "contact_officer": f"Officer {marker}",
        "contact_team": f"Placements {marker}",
        "children_count": "1",
        "hub_agreement": AGREEMENT,
        "hub_purpose": PURPOSE,
        "hub_legal_basis": "ha1996-s208",
        "hub_handling": "official-sensitive",
        "hub_priority": priority,
    }
    row = {name: value.strip() for name, value in row.items()}
    row.update(changes)
    return row


def to_csv(rows):
    """A file's bytes; the first row says which columns there are."""
    text = io.StringIO()
    out = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue().encode()


class Load:
    """Files of rows from some senders to some recipients, and what the recipients must hold."""

    def __init__(self, rng, urgent=0.1):
        self.rng, self.urgent = rng, urgent
        self.numbers = collections.Counter()
        self.sent = collections.defaultdict(list)  # (sender, recipient, priority) -> references
        self.files = collections.Counter()  # by sender

    def rows(self, sender, recipients, count, marker=""):
        out = []
        for _ in range(count):
            recipient = self.rng.choice(recipients)
            priority = "urgent" if self.rng.random() < self.urgent else "bulk"
            stream = (sender, recipient, priority)
            row = notice(sender, recipient, self.numbers[stream], priority, marker)
            self.numbers[stream] += 1
            self.sent[stream].append(row["case_reference"])
            out.append(row)
        return out

    def drop(self, agent, recipients, count, marker=""):
        """The next file of this agent. Names rise, so the agent takes files in this order."""
        self.files[agent.code] += 1
        name = f"{TYPE}-{self.files[agent.code]:06d}.csv"
        agent.drop(name, to_csv(self.rows(agent.code, recipients, count, marker)))

    def total(self, sender=None):
        return sum(len(rows) for stream, rows in self.sent.items() if sender in (None, stream[0]))
