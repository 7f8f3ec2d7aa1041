"""Randomness that is the same on every machine and in every version of Python (splitmix64)."""

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mixed(number):
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & MASK
    return number ^ (number >> 31)


class Chance:
    def __init__(self, seed, case=0):
        """Each case of a seed has a stream of its own, whatever came before it."""
        self.state = mixed((mixed(seed & MASK) + case * GOLDEN) & MASK)

    def next(self):
        self.state = (self.state + GOLDEN) & MASK
        return mixed(self.state)

    def below(self, count):
        return self.next() % count

    def between(self, least, most):
        return least + self.below(most - least + 1)

    def happens(self, percent):
        return self.below(100) < percent

    def one_of(self, items):
        return items[self.below(len(items))]

    def weighted(self, choices):
        """Of pairs (weight, item)."""
        at = self.below(sum(weight for weight, _ in choices))
        for weight, item in choices:
            at -= weight
            if at < 0:
                return item
        raise AssertionError("weights add up")

    def some(self, items, least, most):
        """Between `least` and `most` of the items, each at most once, in a random order."""
        left = list(items)
        count = min(len(left), self.between(least, max(least, most)))
        return [left.pop(self.below(len(left))) for _ in range(count)]

    def shuffled(self, items):
        items = list(items)
        return self.some(items, len(items), len(items))
