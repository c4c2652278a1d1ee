"""Relation 42: with everything reacting, each of relations 34 to 41 keeps its sign in the mean, or is a known reversal.

`LOCKGATE_TEST_SEED=N` with the profile `long` tries every built-in world with more draws; everyday runs try
the central one and generated ones.
"""

from dataclasses import dataclass

import pytest

from lockgate.scenarios.world import list_worlds
from tests.relations.luck import BASE, LONG
from tests.relations.moves import GENERATED, MOVES, POLICIES, Move, Place, before, differences, effect, wrong_way

LISTED_DRAWS, DRAWS = (480, 300) if LONG else (100, 12)
LEAKY = (("leak_hazard", 0.02), ("leak_group", 0.3))  # some 170 times as often as at the central value, each to 60 times as many crews
BY_NAME = {move.name: move for move in MOVES}


@dataclass(frozen=True)
class Reversal:
    """A relation whose sign turns round in the mean: the move, the outcome, where, and why.

    `measured` is the mean paired difference with its 95 % interval over 480 draws (and the mean before), seed base 1.
    """

    move: str
    outcome: str
    place: Place
    mechanism: str
    measured: str


KNOWN_REVERSALS = (
    Reversal("37 a month more of preview", "model_enabled_harm", Place("leaky-partners", "staged-preview", LEAKY),
             "partners' access leaks for longer, and leaks reach attackers before anyone can buy the service",
             "+15.9 [12.0, 19.8] of 1,016 M US$"),
    Reversal("37 a month more of preview", "harm_open_weights", Place("fast-follower", "staged-preview"),
             "whom the service is kept from turns to open weights, which follow too closely for slower distillation to outweigh it",
             "+43.7 [34.7, 52.7] of 143 M US$, while all harm falls by 27.2"),
    Reversal("38 access for four times the partners", "model_enabled_harm",
             Place("baseline", "partner-programme", LEAKY, (("launch_partners", 5), ("wave_partners", 0))),
             "each further partner is another one who may leak, which outweighs what it finds and repairs",
             "+53.2 [45.9, 60.5] of 1,014 M US$"),
    Reversal("41 flaws found three times as fast", "model_enabled_harm",
             Place("baseline", "open-release", (("flaw_chance", 1.0), ("bypass_hazard", 0.3), ("fix_days", 0), ("fix_gain", 0.9),
                                                ("safeguard_most", 0.6), ("fallback_chance", 0.0))),
             "a flaw that is found after the release and repaired leaves a stronger safeguard than one that the lab's own tests took out",
             "+89.3 [76.6, 102.0] of 556 M US$; under directive-revocation at central values +2.5 [1.8, 3.3] of 983"),
    Reversal("34 twice the reviewers", "partners_approved",
             Place("baseline", "staged-preview", (("approval_refusal_chance", 0.8), ("approval_days", 60.0)),
                   (("wave_partners", 4), ("wave_days", 14), ("launch_partners", 2), ("reviewers", 2), ("partners_max", 400))),
             "an application under review, and often refused, misses the place that a wave gives to those who still wait",
             "-1.77 [-1.88, -1.65] of 26.5 organisations"),
    Reversal("34 twice the testers", "mean_release_delay_days", Place("direct-effects", "staged-preview"),
             "an agency that tests sooner finds a flaw before the others have signed off, and the release waits for its repair",
             "+0.094 [0.077, 0.110] of 11.5 days"),
)  # fmt: skip


@pytest.mark.parametrize("reversal", KNOWN_REVERSALS, ids=[f"{known.move}, {known.place.policy}" for known in KNOWN_REVERSALS])
def test_42_known_reversal(reversal: Reversal) -> None:
    """S: a listed reversal still turns round, by more than three standard errors; one that no longer does is to be taken off the list."""
    move = BY_NAME[reversal.move]
    values = differences(move, reversal.place, LISTED_DRAWS, BASE)[reversal.outcome]
    assert wrong_way(values, move.signs[reversal.outcome], errors=3.0), f"{effect(values)}, seed base {BASE}: {reversal.mechanism}"


def unlisted(move: Move, place: Place, draws: int) -> list[str]:
    """Outcomes that turn round beyond luck and are not on the list."""
    listed = {(known.move, known.outcome) for known in KNOWN_REVERSALS}
    found = differences(move, place, draws, BASE)
    wrong = [name for name, sign in move.signs.items() if (move.name, name) not in listed and wrong_way(found[name], sign)]
    return [f"{move.name}, {place}: {name} {effect(found[name])}, seed base {BASE}" for name in wrong]


EVERYDAY = [Place("baseline", policy) for policy in POLICIES] + [Place(GENERATED, policy) for policy in POLICIES[:1]]
EVERYWHERE = [Place(world, policy) for world in (*list_worlds(), GENERATED) for policy in POLICIES]


@pytest.mark.parametrize("place", EVERYWHERE if LONG else EVERYDAY, ids=lambda place: f"{place.world}, {place.policy}")
def test_42_signs_are_kept(place: Place) -> None:
    """S: in the mean over sampled worlds (and over generated ones) under a built-in policy, no outcome of relations 34 to 41 moves
    the wrong way, but for those on the list; each fails once in a million by luck."""
    assert not [fault for move in MOVES for fault in unlisted(move, place, DRAWS)]
    before.cache_clear()


def test_42_catches_an_unlisted_reversal() -> None:
    """Planted: an access that is called stricter and is not."""
    wider = Move("40 stricter", "partners_max", lambda most: 2 * most, {"partners_approved": -1})
    assert unlisted(wider, Place("baseline", "staged-preview", (), (("preview_days", 200), ("partners_max", 5))), DRAWS)
