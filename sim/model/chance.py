"""Keyed random numbers: every draw is a pure function of (seed, purpose, who, count).

Nobody shares a stream, so order, threads, chunks and extra draws change nothing, and two policies in one world and seed
differ only where the policy made them differ (common random numbers). Each key passes the SplitMix64 finaliser at a link
of its own: packing several keys into one word lets neighbouring seeds share draws.

Source: SplitMix64, Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
"""

import math
from pathlib import Path

import numpy as np
from numba import njit

from lockgate.sim.model.vocabulary import Described
from lockgate.sim.rules.cache import compiled_folder
from lockgate.sim.rules.compiler import kernel
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.rule import rule

SCHEME = 1  # results record it; raise it with any change to this file's numbers

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LARGEST = 1.0 - 2.0**-53  # below 1: the highest of 2**53 words would round to 1, which no index and no logarithm can take


class Purpose(Described):
    """What a draw decides. `who` and `count` of its key are named in brackets."""

    CAPABILITY_GAP = 1, "how far a lab starts behind the frontier [lab, 0]"
    PHASE = 2, "where in its cadence a lab starts [lab, 0]"
    SECURITY = 3, "a lab's security level [lab, 0]"
    FLAW = 4, "whether a system hides a safeguard flaw [lab, system]"
    COMPLY = 5, "whether a lab complies [lab, system]"
    BYPASS = 6, "whether the public finds the flaw today [lab, system and day]"
    OPEN_LAG = 7, "how far an open-weight lab is behind the best one [open-weight lab, 0]"
    OPEN_PHASE = 8, "where in its cadence an open-weight lab starts [open-weight lab, 0]"
    HEED_HOLD = 9, "whether an open-weight lab heeds a hold [open-weight lab, system]"
    TEST_TIME = 10, "how long an agency's test takes [lab, system and agency]"
    TEST_TIME_ANGLE = 11, "second half of the same normal draw"
    TEST_FINDS = 12, "whether a test finds the flaw [lab, system and agency]"
    SIZE = 20, "an organisation's size [organisation, 0]"
    SIZE_ANGLE = 21, "second half of the same normal draw"
    CRITICALITY = 22, "an organisation's criticality [organisation, 0]"
    CARE = 23, "an organisation's carelessness [organisation, 0]"
    CARE_ANGLE = 24, "second half of the same normal draw"
    NEVER_PATCH = 25, "whether an organisation never patches [organisation, 0]"
    PATCH_ANGLE = 26, "its patch speed, angle of Kanter's representation [organisation, 0]"
    PATCH_SCALE = 27, "its patch speed, scale of Kanter's representation [organisation, 0]"
    INTEREST = 28, "whether an organisation wants early access [organisation, 0]"
    APPLICATION = 29, "how soon it applies [organisation, application]"
    REVIEW_TIME = 30, "how long the review of its application takes [organisation, application]"
    REVIEW_TIME_ANGLE = 31, "second half of the same normal draw"
    REFUSED = 32, "whether its application is refused [organisation, application]"
    LEAK = 33, "whether its access leaks today [organisation, day]"
    BACKGROUND_GAP = 40, "time until the next other applicant [0, applicant]"
    BACKGROUND_TIME = 41, "how long the review of another applicant takes [0, applicant]"
    BACKGROUND_TIME_ANGLE = 42, "second half of the same normal draw"
    SKILL = 50, "an actor's skill [actor, 0]"
    HOME = 51, "the organisation an insider belongs to [actor, 0]"
    GAP = 52, "time until an actor's next operation [actor, operation; 2^40 before the first]"
    TARGET = 53, "whom an operation attacks [actor, operation]"
    LUCK = 54, "whether it succeeds [actor, operation]"
    REFUSED_OPEN = 55, "whether published weights refuse [actor, operation]"
    REFUSED_PUBLIC = 56, "whether a public service refuses [actor, operation]"
    REFUSED_LEAKED = 57, "whether a leaked service refuses [actor, operation]"
    FALL_BACK = 58, "whether a refused actor turns to the next channel [actor, operation]"
    FALL_BACK_AGAIN = 59, "the same after a second refusal [actor, operation]"
    BANNED = 60, "whether a refusal ends in a ban [actor, operation]"
    LOSS = 61, "how much an incident costs [actor, operation]"
    LOSS_ANGLE = 62, "second half of the same normal draw"
    ATTRIBUTED = 63, "whether an incident is attributed to the system [actor, operation]"
    LEAK_REACH = 64, "whether a leak reaches an actor [actor, leak]"
    THEFT_GAP = 65, "time until a spy's next attempt at theft [actor, attempt; 2^40 before the first]"
    THEFT_TARGET = 66, "the lab it aims at [actor, attempt]"
    THEFT_LUCK = 67, "whether it succeeds [actor, attempt]"
    FALL_BACK_LAST = 68, "whether it turns to stolen weights after a third refusal [actor, operation]"
    REFUSED_SERVICE = 70, "whether one lab's service refuses [actor, operation and lab]"
    FALL_BACK_LATER = 71, "whether a refused actor turns to the next channel after more than three refusals [actor, operation and refusals]"
    LAB_BANNED = 72, "whether a refusal by one lab's service ends in a ban [actor, operation and lab]"
    BAN_SHARED = 73, "whether all labs hear of that ban [actor, operation and lab]"
    GROUP = 74, "the group that a crew belongs to [actor, 0]"
    LEAK_GROUP = 75, "the group that a leak reaches [organisation, leak]"
    STATE = 76, "the state that a spy serves [actor, 0]"
    SEEN = 110, "whether monitoring sees a misuse of restricted access [actor, operation]"
    NATIONALITY = 111, "an organisation's nationality [organisation, 0]"
    MEASURED = 100, "by how much a system's capability is misjudged [lab, open-weight labs after frontier labs; system]"
    MEASURED_ANGLE = 101, "second half of the same normal draw"
    REFUSAL_MEASURED = 102, "by how much a safeguard is misjudged [lab, system and how often it was made stronger]"
    REFUSAL_MEASURED_ANGLE = 103, "second half of the same normal draw"
    INFIGHTING = 104, "how long quarrels delay a framework [government, 0]"
    REVOKED = 105, "whether a cause is answered with a directive [lab, system and cause]"
    CULTURE_RANK = 85, "the culture that goes with a rank in capability [lab, 0]"
    CULTURE_RANK_ANGLE = 86, "second half of the same normal draw"
    CULTURE = 87, "a lab's safeguard culture beside its rank [lab, 0]"
    CULTURE_ANGLE = 88, "second half of the same normal draw"
    WORLD_SEED = 90, "the seed of a sampled world [draw, 0]"
    PRIOR = 91, "a parameter's value in a sampled world [draw, parameter]"
    CALIBRATION = 125, "a parameter's value in a draw of a calibration, or whether it is drawn from the prior [draw, parameter; 0]"
    CALIBRATION_SEED = 126, "the seed of a run of a calibration [draw, 0]"
    FACT_ERROR = 127, "by how far a planted fact is off what was simulated [replicate, fact]"


@njit(inline="always")
def _link(key, word):  # type: ignore[no-untyped-def]
    """One link of the chain: take a word in, then the SplitMix64 finaliser. Keys are int64 so that both drivers see one type."""
    z = np.uint64(key) + _GOLDEN * (np.uint64(word) + np.uint64(1))
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return np.int64(z ^ (z >> np.uint64(31)))


def _stem(seed, who):  # type: ignore[no-untyped-def]
    return _link(_link(np.int64(SCHEME), seed), who)


def _grow(stem, count):  # type: ignore[no-untyped-def]
    return _link(stem, count)


def _draw(key, purpose):  # type: ignore[no-untyped-def]
    return min(((np.uint64(_link(key, purpose)) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0), _LARGEST)


# Python calls these as well.
FOLDER: Path = compiled_folder(Reach([_stem, _grow, _draw]).digest, "")
_stem, _grow, _draw = (kernel(function, FOLDER) for function in (_stem, _grow, _draw))


@rule
def stem(seed: int, who: int) -> int:
    """What all draws of one agent share in a run: hash it once."""
    return _stem(seed, who)  # type: ignore[no-any-return]


@rule
def grow(stem: int, count: int) -> int:
    """What all draws of one agent at one count share: hash it once, then `draw` each purpose from it."""
    return _grow(stem, count)  # type: ignore[no-any-return]


@rule
def key(seed: int, who: int, count: int) -> int:
    """The same in one step.

    >>> key(1, 2, 3) == grow(stem(1, 2), 3)
    True
    """
    return _grow(_stem(seed, who), count)  # type: ignore[no-any-return]


@rule
def draw(key: int, purpose: int) -> float:
    """A number in (0, 1) for one purpose.

    >>> draw(key(1, 2, 3), Purpose.LUCK) == uniform(1, Purpose.LUCK, 2, 3)
    True
    """
    return _draw(key, int(purpose))  # type: ignore[no-any-return]


@rule
def uniform(seed: int, purpose: int, who: int, count: int) -> float:
    """A number in (0, 1) that depends on its four keys and on nothing else.

    >>> uniform(0, Purpose.LUCK, 0, 0) == uniform(0, Purpose.LUCK, 0, 0)
    True
    >>> uniform(0, Purpose.LUCK, 0, 0) == uniform(1, Purpose.LUCK, 0, 0)
    False
    """
    return _draw(_grow(_stem(seed, who), count), int(purpose))  # type: ignore[no-any-return]


@rule
def exponential(u: float) -> float:
    """An exponential number of mean 1 from a uniform one."""
    return -math.log(u)


@rule
def normal(u: float, angle: float) -> float:
    """A standard normal number from two uniform ones. Source: Box and Muller (1958)."""
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * angle)


@rule
def lognormal(mean: float, cv: float, u: float, angle: float) -> float:
    """A lognormal number with this mean and coefficient of variation.

    >>> lognormal(14.0, 0.0, 0.3, 0.7)
    14.0
    """
    variance = math.log1p(cv * cv)
    return mean * math.exp(math.sqrt(variance) * normal(u, angle) - 0.5 * variance)


@rule
def positive_stable(index: float, u: float, w: float) -> float:
    """A positive number X of stable law with E exp(-s X) = exp(-s ** index), index in (0, 1].

    Source: Kanter (1975), "Stable densities under change of scale and total variation inequalities".

    >>> positive_stable(1.0, 0.3, 0.7)
    1.0
    """
    if index >= 1.0:
        return 1.0
    angle = math.pi * u
    tail = math.log(math.sin((1.0 - index) * angle)) - math.log(exponential(w))
    logarithm = math.log(math.sin(index * angle)) + (1.0 - index) / index * tail - math.log(math.sin(angle)) / index
    return math.exp(max(-700.0, min(700.0, logarithm)))
