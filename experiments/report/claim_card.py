"""Claim cards as files: JSON, or the cards that a report holds. A card may come from anybody, so all of it is checked before it is used."""

import json
import math
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from lockgate.experiments.report.claim import CLAIMED, ENDS, FORMAT, Claim
from lockgate.experiments.results.verdict import Direction, Verdict, Word, decided
from lockgate.experiments.study.study import study_of, written_parameter
from lockgate.experiments.text.numbers import printable
from lockgate.experiments.text.wording import HARM
from lockgate.scenarios.files import is_too_deep, read_limited, spelled
from lockgate.scenarios.notation import shown
from lockgate.scenarios.schema import Table, validated
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS, MOST_DRAWS
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import LEVERS

MOST_BYTES = 16 << 20  # of a report; one of a study has up to 5 MB
MOST_CARD_BYTES = 1 << 20
MOST_CLAIMS = 200  # in a file
CLOSE = 1e-9

Text = Annotated[str, Field(max_length=5000)]
Short = Annotated[str, Field(max_length=200)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Percent(Table):
    """A difference in shares of the reference's mean."""

    mean: float
    low: float | None
    high: float | None


class Found(Table):
    """What was found: the difference in the outcome's unit, and its verdict."""

    percent: Percent | None
    verdict: Word
    direction: Direction
    preliminary: bool
    draws: Annotated[int, Field(ge=1, le=MOST_DRAWS)]
    mean: float
    low: float | None
    high: float | None
    less: Fraction
    same: Fraction
    more: Fraction


class Hashes(Table):
    """What decided the numbers."""

    model: Short
    code: Short
    scenario: Short


class StatedPolicy(Table):
    """A policy, whose levers are checked as those of a study are."""

    name: Short
    levers: dict[str, Any]
    timeline: Annotated[list[Annotated[tuple[int, dict[str, Any]], Field(strict=False)]], Field(max_length=1000)]


class StatedWorld(Table):
    """A world, whose parameters are checked as those of a study are."""

    name: Short
    parameters: dict[str, Any]


class Card(Table):
    """A claim card."""

    lockgate_claim: Literal[FORMAT]  # type: ignore[valid-type]
    sentence: Text
    outcome: Literal[(HARM, *CLAIMED)]  # type: ignore[valid-type]
    found: Found
    policy: StatedPolicy
    reference: StatedPolicy
    world: StatedWorld
    draws: Annotated[int, Field(ge=1, le=MOST_DRAWS)]
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)]
    horizon_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
    fixed: bool
    hashes: Hashes
    version: Short
    random_numbers: Short
    command: Text


def claim_of(content: Any) -> Claim:
    """The claim of a card's content. Raises `InputError`, with the place and the value, where it is none that can be checked."""
    if not isinstance(content, Mapping) or "lockgate_claim" not in content:
        raise InputError("holds no claim; name a claim card, or a report, as lockgate writes them")
    if (other := content["lockgate_claim"]) != FORMAT or isinstance(other, bool):
        raise InputError(f"has format {shown(other)}, and this lockgate reads {FORMAT}; check it with the one that wrote it")
    card: Card = validated(Card, content, "claim")
    refuse_unknown(content)
    study = study_of(study_content(content), "claim")
    found = Verdict.of(card.outcome, content["found"])
    refuse_inconsistent(card, found)
    percent = {name: math.nan if value is None else value for name, value in (content["found"]["percent"] or dict.fromkeys(ENDS)).items()}
    policy, reference = study.policies[1], study.policies[0]
    drawn = (card.draws, card.seed, card.horizon_days, card.fixed)
    told = (card.hashes.given(), card.version, card.random_numbers, card.command)
    return Claim(card.sentence, card.outcome, policy, reference, study.worlds[0], *drawn, found, percent, *told)


def study_content(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card's scenario as the content of a study, by whose schema it is checked: parameters that it does not tell of are our table's."""
    table = {name: written_parameter(known) for name, known in PARAMETERS.items()}
    return {
        "policies": [dict(card["reference"]), dict(card["policy"])],
        "worlds": [{"name": card["world"]["name"], "parameters": {**table, **card["world"]["parameters"]}}],
        "seed": card["seed"],
        "horizon_days": card["horizon_days"],
        "fixed": card["fixed"],
        "check": False,
        "outcomes": [card["outcome"]],
        "series": [],
        "design": {"kind": "grid"},
        "factors": [],
        "points": {},
    }


def refuse_unknown(card: Mapping[str, Any]) -> None:
    """Refuse levers and parameters that this version does not have."""
    steps = [step for name in ("policy", "reference") for step in (card[name]["levers"], *(step for _, step in card[name]["timeline"]))]
    kinds: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("lever", (name for step in steps for name in step), LEVERS),
        ("parameter", card["world"]["parameters"], PARAMETERS),
    )
    for kind, names, known in kinds:
        for name in names:
            if name not in known:
                made = f"it was made by lockgate {printable(card['version'])}, check it with that version"
                raise InputError(f"has the {kind} {shown(name)}, which this lockgate does not have; {made}")


def refuse_inconsistent(card: Card, found: Verdict) -> None:
    """Refuse a card whose verdict is not the one that its own numbers have."""
    shares = (found.less, found.same, found.more)
    ends = [found.mean if math.isnan(end) else end for end in (found.low, found.high)]
    again = decided(
        card.outcome, found.mean, found.low, found.high, found.draws, *(share * found.draws for share in (found.less, found.more))
    )
    told = (found.word, found.direction, card.found.preliminary)
    good = (
        math.isnan(found.low) == math.isnan(found.high)
        and abs(sum(shares) - 1.0) <= CLOSE
        and ends[0] <= found.mean <= ends[1]
        and found.draws <= card.draws
    )
    if not good or (again.word, again.direction, again.preliminary) != told:
        raise InputError(
            f"contradicts itself: it says {shown(found.name)} and {shown(found.direction)}, which its numbers do not; do not use it"
        )


def read_claims(path: str | PathLike[str]) -> list[Claim]:
    """The claims of a file: a claim card (JSON), or a report (HTML) with its cards, in order.

    Raises `InputError` where the file is neither, is too large, or holds a card that cannot be checked. Nothing is run.
    """
    name = f"{printable(spelled('claim', path))}"
    try:
        content = read_limited(Path(path), MOST_BYTES)
        texts = cards_in(content)
        return [claim_of(parsed(text)) for text in texts]
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def cards_in(content: bytes) -> list[str]:
    """The texts of the cards in a file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is no text in UTF-8; name a claim card, or a report, as lockgate writes them") from None
    if not text.lstrip().startswith("<"):
        return [text]
    found = Cards()
    found.feed(text)
    found.close()
    if not found.texts:
        raise InputError("is a page without claims; name a claim card, or a report, as lockgate writes them")
    if len(found.texts) > MOST_CLAIMS:
        raise InputError(f"holds {len(found.texts):,} claims, {MOST_CLAIMS} are the most")
    return found.texts


class Cards(HTMLParser):
    """The texts of `<script type="application/json" class="claim">`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self.within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a card."""
        told = dict(attrs)
        self.within = tag == "script" and told.get("type") == "application/json" and told.get("class") == "claim"
        if self.within:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        self.within = False

    def handle_data(self, data: str) -> None:
        """Its text, which may come in several pieces."""
        if self.within:
            self.texts[-1] += data


def parsed(text: str) -> Any:
    """The content of a card's text."""
    if len(text) > MOST_CARD_BYTES:
        raise InputError(f"has a card of more than {MOST_CARD_BYTES >> 20} MiB, the most that is read")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, brackets without end, or an integer of thousands of digits
        raise InputError("is no JSON that can be read; name a claim card, or a report, as lockgate writes them") from None
    if isinstance(content, dict) and is_too_deep(content):
        raise InputError("nests tables or lists deeper than any claim card")
    return content
