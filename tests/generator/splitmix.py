"""SplitMix64 in plain Python integers, written from the published algorithm (Steele, Lea and Flood, 2014), and draws made of it."""

from lockgate.sim.model.chance import SCHEME

MASK = 2**64 - 1


def link(key: int, word: int) -> int:
    """One link of the chain: output number `word` of SplitMix64 seeded with `key`."""
    z = (key + 0x9E3779B97F4A7C15 * (word + 1)) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def word_of(seed: int, who: int, count: int, purpose: int) -> int:
    """The word behind a draw."""
    return link(link(link(link(SCHEME, seed), who), count), purpose)
