"""Invented people, places and numbers. Nobody here exists, and nothing here can reach anybody.

- NHS numbers start 999, which is set aside for tests, and have a right check digit.
- National Insurance numbers start QQ, which has never been issued.
- Telephone numbers are from 020 7946 0000 to 0999, which Ofcom keeps for drama.
- E-mail addresses are at example.org (RFC 2606).
- Postcodes start with Q and end in two of C I K M O V. A real postcode does neither, but the form
  (letters, digit, space, digit, two letters) is right, so it passes the hub's check.
- UPRNs start 9999; streets are made up.
"""
import datetime
import itertools

FIRST_FEMALE = (
    "Aisha Amelia Amina Anna Beatriz Chloe Danielle Ebony Elena Ewa Farah Fatima Grace Hannah Ifeoma "
    "Isla Jade Joanna Karen Lakshmi Leila Maria Mei Nadia Naomi Olivia Priya Rachel Ruth Sana Sarah "
    "Shanice Sofia Tamara Thandi Wanjiru Yasmin Zainab Zoe"
).split()
FIRST_MALE = (
    "Abdul Adam Ahmed Andrei Ben Carlos Daniel David Emeka Ethan Femi George Hassan Ibrahim Jack "
    "James Jamal Joao Kareem Kwame Liam Luca Marcus Michael Mohammed Nikhil Noah Omar Patrick "
    "Piotr Rajesh Ryan Samuel Stefan Thomas Tuan Victor Yusuf Zahir"
).split()
SURNAMES = (
    "Adeyemi Ahmed Ali Anderson Begum Bennett Brown Campbell Chen Clarke Costa Davies Diallo Edwards "
    "Evans Ferreira Green Hall Hussain Islam Jackson James Johnson Jones Kaur Khan Kowalski Lewis "
    "Mensah Miah Mohamed Morgan Nguyen Nowak O'Brien Okafor Osman Patel Popescu Roberts Robinson "
    "Rossi Santos Shah Singh Smith Taylor Thompson Turner Walker Williams Wright Yilmaz"
).split()
STREET_FIRST = (
    "Alderbeck Brackenhope Candlewick Dunmarrow Elderquay Fennelgate Gossamer Hollowmere Inkerdale "
    "Juniperside Kestrelmoor Larkminster Mallowfield Nettlecombe Orchardlea Pepperidge Quillhaven "
    "Rookstone Saffronby Thistlewain Umberleigh Vetchley Willowmarch Yarrowfold"
).split()
STREET_KINDS = "Road Street Avenue Close Gardens Terrace Walk Court".split()
SCHOOLS = ["Alderbeck Primary", "Fennelgate Academy", "Kestrelmoor School", "Rookstone College"]
NEVER_INWARD = "CIKMOV"

TEAMS = ["Temporary accommodation", "Housing options", "Homelessness prevention"]


def nhs_number(rng):
    """A number of the test range with the check digit of modulus 11."""
    while True:
        digits = [9, 9, 9] + [rng.randrange(10) for _ in range(6)]
        check = (11 - sum(w * d for w, d in zip(range(10, 1, -1), digits)) % 11) % 11
        if check != 10:
            return "".join(map(str, digits + [check]))


def wrong_nhs_number(rng):
    """One digit off: what a slip of the keyboard makes."""
    right = nhs_number(rng)
    return right[:-1] + str((int(right[-1]) + 1) % 10)


def ni_number(rng):
    return f"QQ{rng.randrange(1_000_000):06d}{rng.choice('ABCD')}"


def phone(rng):
    return f"020 7946 {rng.randrange(1000):04d}"


def uprn(rng):
    return f"9999{rng.randrange(10**8):08d}"


def postcode(rng, gss):
    """Each authority has an outward part of its own: Q, a letter, a digit."""
    index = int(gss[-2:]) - 1
    outward = f"Q{chr(ord('A') + index % 26)}{1 + index // 26}"
    return f"{outward} {rng.randrange(1, 10)}{rng.choice(NEVER_INWARD)}{rng.choice(NEVER_INWARD)}"


def address(rng):
    flat = f"Flat {rng.randrange(1, 60)}, " if rng.random() < 0.6 else ""
    return f"{flat}{rng.randrange(1, 180)} {rng.choice(STREET_FIRST)} {rng.choice(STREET_KINDS)}"


def name(rng, female=None):
    female = rng.random() < 0.5 if female is None else female
    return f"{rng.choice(FIRST_FEMALE if female else FIRST_MALE)} {rng.choice(SURNAMES)}"


def email(team, authority):
    slug = "".join(c for c in authority.lower() if c.isalpha())
    return f"{team}.{slug}@example.org"


def birth_date(rng, today, least, most):
    """Of somebody of `least` to `most` years."""
    days = rng.randrange(least * 366, (most + 1) * 365)
    return (today - datetime.timedelta(days=days)).isoformat()


def day_before(rng, today, most):
    return (today - datetime.timedelta(days=rng.randrange(most))).isoformat()


class Draw:
    """Draws by weights, quickly: the sums are kept."""

    def __init__(self, weights):
        self._items = [item for item, weight in weights.items() if weight > 0]
        self._sums = list(itertools.accumulate(weights[item] for item in self._items))

    def one(self, rng):
        return rng.choices(self._items, cum_weights=self._sums)[0]

    def some(self, rng, count):
        """Different items, in the order drawn; fewer where there are not as many."""
        found = []
        while len(found) < min(count, len(self._items)):
            item = self.one(rng)
            if item not in found:
                found.append(item)
        return found
