"""A run told as a story: sentences for single events, and what is left out of the short version."""

from types import SimpleNamespace

import pytest

from lockgate.experiments.text.story import SAID, Cast, ending, every_event, said, story
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.vocabulary import EventKind
from lockgate.sim.model.world import Event, System
from lockgate.sim.rules.row import fields

FIRST, LATER, RIVAL, OPEN = 0, 1, 2, 3  # rows of systems
CAST = Cast(
    [
        System(owner=0, number=1),
        System(owner=0, number=2),
        System(owner=1, number=3),
        System(owner=0, number=1, open_lab=True),
    ],
    spies=10,
    insiders=5,
)


def event(day, kind, who=0, whom=-1, system=FIRST, value=0.0):
    return Event(day=day, kind=int(kind), who=who, whom=whom, system=system, value=value)


def days_of(lines):
    """Lines without those that sum up a month."""
    return [line for line in lines if line.startswith("day ")]


def test_every_kind_of_event_has_a_sentence():
    assert set(SAID) == set(EventKind)
    for kind in EventKind:
        text = said(event(3, kind, who=12, whom=0), CAST)
        assert text[0].isupper()
        assert text.endswith(".")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (event(0, EventKind.READY, value=0.0), "Lab A's system 1 is ready (at the critical level)."),
        (event(0, EventKind.READY, 1, system=RIVAL, value=-1.5), "Lab B's system 3 is ready (1.5 months short of critical)."),
        (event(0, EventKind.ASKED, 0, 1, RIVAL, 0.9), "The government asks Lab B to limit Lab B's system 3 (chance of a yes: 90 %)."),
        (event(0, EventKind.DECLINED, 1, system=RIVAL, value=2.0),
         "Lab B declines to limit Lab B's system 3; a rival is 2.0 months ahead of what it offers."),
        (event(9, EventKind.APPROVED, 17, 0, value=8.2), "Organisation 17 is given early access after 8.2 days."),
        (event(9, EventKind.APPROVED, 17, 0, value=0.0), "Organisation 17 is given early access at once."),
        (event(9, EventKind.WEIGHTS, 0, system=OPEN, value=1.0), "Open 1 publishes weights: system 1 (1.0 months beyond critical)."),
        (event(9, EventKind.THEFT, 3, 1, RIVAL, 0.5), "Spy 3 steals the weights of Lab B's system 3 (0.5 months beyond critical)."),
        (event(9, EventKind.BAN, 12, value=30.0), "Insider 12 is banned from all services for 30 days."),
        (event(9, EventKind.INCIDENT, 512, 4, -1, 7.2e6), "Crew 512 breaks into organisation 4 with no system: US$ 7.20 million."),
        (event(9, EventKind.DIRECTIVE, 0, 0, value=19.0), "The government takes Lab A's system 1 away for 19 days."),
        (event(9, EventKind.DIRECTIVE, 0, 0, value=3650.0), "The government takes Lab A's system 1 away until it is restored."),
    ],
)  # fmt: skip
def test_event_as_a_sentence(told, sentence):
    assert said(told, CAST) == sentence


def test_first_system_is_told_day_by_day_and_repeated_acts_once():
    events = [
        event(0, EventKind.READY),
        event(0, EventKind.ASKED, 0, 0, value=0.9),
        event(0, EventKind.COMPLIED, 0),
        *(event(0, EventKind.TEST_BEGUN, agency, 0) for agency in range(3)),
        event(12, EventKind.TEST_PASSED, 1, 0, value=11.5),
        event(12, EventKind.PUBLIC, 0, value=12.0),
    ]
    assert days_of(story(events, CAST, 30)) == [
        "day 0: Lab A's system 1 is ready (at the critical level). The government asks Lab A to limit it; Lab A complies. "
        "3 agencies begin to test it.",
        "day 12: Agency 2 signs Lab A's system 1 off after a test of 11.5 days. Lab A's system 1 is open to all after 12 days.",
    ]


def test_later_system_has_one_line():
    events = [
        event(5, EventKind.READY, 1, system=RIVAL, value=1.0),
        event(5, EventKind.ASKED, 0, 1, RIVAL, 0.9),
        event(5, EventKind.DECLINED, 1, system=RIVAL),
        event(5, EventKind.PUBLIC, 1, system=RIVAL),
        event(7, EventKind.READY, 0, system=LATER, value=2.0),
        event(7, EventKind.PROGRAMME, 0, system=LATER, value=50.0),
        event(9, EventKind.BYPASS, 1, system=RIVAL, value=0.2),
        event(9, EventKind.DIRECTIVE, 0, 1, RIVAL, 19.0),
        event(28, EventKind.RESTORED, 0, 1, RIVAL, 19.0),
    ]
    assert days_of(story(events, CAST, 30)) == [
        "day 5: Lab B's system 3 is ready (1.0 months beyond critical); asked to limit it, Lab B declines; open to all at once; "
        "bypassed on day 9; taken away by the government on day 9.",
        "day 7: Lab A's system 2 is ready (2.0 months beyond critical); the lab limits it by itself, to 50 partners at the start; "
        "not public by day 30.",
    ]


def test_months_are_counted_and_the_largest_incident_named():
    events = [
        *(event(day, EventKind.INCIDENT, 20 + day, day, RIVAL, 1e6 * (1 + day % 7)) for day in range(20)),
        *(event(20, EventKind.BAN, actor, value=30.0) for actor in range(40)),
        event(31, EventKind.APPLIED, 4, 0, value=31.2),
        event(33, EventKind.APPROVED, 4, 0, value=1.8),
        event(34, EventKind.APPROVED, 5, 0, value=1.0),
    ]
    assert story(events, CAST, 40) == [
        "days 0 to 29: 20 incidents, the largest US$ 7.00 million (crew 26 at organisation 6 with Lab B's system 3 on day 6); 40 bans.",
        "",
        "day 33: The first partner (organisation 4) is given early access after 1.8 days.",
        "days 30 to 39: no incidents; 1 application for early access; 2 partners admitted.",
        "",
    ]


def test_open_weights_are_told_when_they_are_better():
    levels = [-2.0, -1.8, -0.5, 0.1, 0.2]
    told = days_of(story([event(day, EventKind.WEIGHTS, system=OPEN, value=level) for day, level in enumerate(levels)], CAST, 30))
    assert [line.split(":")[0] for line in told] == ["day 0", "day 2", "day 3"]
    assert told[2].endswith("the first open weights of critical capability.")


def test_day_by_day_leaves_nothing_out():
    events = [event(20, EventKind.BAN, actor, value=30.0) for actor in range(40)]
    lines = every_event(events, CAST)
    assert len(lines) == 40
    assert lines[0] == "day 20: Spy 0 is banned from all services for 30 days."


def outcomes(**values):
    return {field.name: field.default for field in fields(Outcomes)} | values


def test_ending_tells_what_matters():
    told = ending(outcomes(model_enabled_harm=4e6, harm_public_service=3e6, harm_open_weights=1e6, incidents=2, realised_loss=5e6,
                           largest_loss=4e6, release_delay_days=12.0, usable_lead_months=-1.25, open_parity_day=90,
                           customers_lost_share=0.05, asked=1, complied=0, exposed_share_end=0.5), 100)  # fmt: skip
    assert told == [
        "Models enabled an expected harm of US$ 4.00 million: 75 % through public services, 25 % through open weights.",
        "2 incidents cost US$ 5.00 million, the largest US$ 4.00 million.",
        "Lab A's system 1 was open to all after 12 days.",
        "What Lab A offered to everyone was 1.2 months behind open weights, mean over the run; these reached the critical level on day 90.",
        "Lab A lost 5.0 % of its customers, mean over the run.",
        "The government asked once; labs complied never.",
        "Organisations' code was 50.0 % as exposed in the end as on day 0.",
    ]


def test_ending_of_a_run_in_which_nothing_happens():
    told = ending(outcomes(release_censored=True, open_parity_day=30, exposed_share_end=1.0), 30)
    assert told[:3] == [
        "Models enabled an expected harm of US$ 0.",
        "There were no incidents.",
        "Lab A's system 1 was not public within 30 days.",
    ]


def test_cast_of_a_world():
    world = SimpleNamespace(systems=[System(owner=27)], constants=SimpleNamespace(spies=1, insiders=2))
    cast = Cast.of(world)
    assert cast.system(0) == "Lab B2's system 0"
    assert [cast.actor(row) for row in (0, 1, 3)] == ["spy 0", "insider 1", "crew 3"]
