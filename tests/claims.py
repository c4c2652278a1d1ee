"""Claims about harm: what outputs say in words, read from their text alone, and whether that is what the one verdict says."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from lockgate.experiments.results.ratios import relative
from lockgate.experiments.results.verdict import leaders, verdicts

HARM = "model_enabled_harm"
UNITS = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
NUMBER = r"[-+\u2212]?[\d,]+(?:\.\d+)?"
MONEY = rf"US\$ (?P<money>{NUMBER})(?: (?P<unit>thousand|million|billion|trillion))?"
SHARE = r"<1|>99|\d+"


@dataclass(frozen=True)
class Claim:
    """What a text says of the harm under one policy against the reference. Numbers are as printed: what is None is not told.

    `word` is that of a verdict, or `not clear`, or `not clearly less`. `parts` are the mean and the ends of its interval in percent,
    `money` the size of the mean in US$ with its unit; both are signed where `signed`.
    """

    source: str
    about: str
    word: str
    direction: str | None = None
    parts: tuple[str, ...] = ()
    money: tuple[str, str] | None = None
    signed: bool = True
    preliminary: bool | None = None
    shares: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Ranking:
    """What a text says of who has the least harm: one policy, or several of which that is not told."""

    source: str
    least: frozenset
    preliminary: bool | None = None


@dataclass(frozen=True)
class Count:
    """How many policies a text says clearly have less (or more), or lean that way."""

    source: str
    word: str
    direction: str
    many: int


@dataclass
class Truth:
    """What may be said: the verdict on each policy but the reference, the difference as a share of the reference, and who may lead."""

    names: tuple[str, ...]
    harm: np.ndarray
    verdicts: dict = field(init=False)
    shares: dict = field(init=False)
    least: frozenset = field(init=False)

    def __post_init__(self):
        base = np.repeat(self.harm[:, :1], self.harm.shape[1] - 1, axis=1)
        self.verdicts = dict(zip(self.names[1:], verdicts(HARM, self.harm[:, 1:], base), strict=True))
        ends = np.array(list(relative(self.harm[:, 1:], base).values())).T
        self.shares = dict(zip(self.names[1:], ends.tolist(), strict=True))
        self.least = frozenset(self.names[place] for place in leaders(HARM, self.harm))

    @property
    def preliminary(self):
        """Whether all of it is."""
        return len(self.harm) < 50

    def contradicted_by(self, claims):
        """What the claims get wrong, in words; nothing where they agree."""
        found = []
        for claim in claims:
            check = {Claim: self.wrong_in_claim, Ranking: self.wrong_in_ranking, Count: self.wrong_in_count}[type(claim)]
            found += [f"{claim.source}: {wrong}: {claim}" for wrong in check(claim)]
        return found

    def wrong_in_claim(self, claim):
        """What one claim gets wrong."""
        known = self.verdicts[claim.about]
        if claim.word == "not clear":
            if known.is_clear:
                yield "it is clear"
        elif claim.word == "not clearly less":
            if known.is_clear and known.direction == "less":
                yield "it is clearly less"
        elif claim.word != known.word:
            yield f"the verdict is {known.word}"
        if claim.direction is not None and claim.direction != known.direction:
            yield f"the direction is {known.direction}"
        if claim.preliminary is not None and claim.preliminary != known.preliminary:
            yield "preliminary is said without cause, or is not said"
        if claim.shares is not None and not all(map(is_share, claim.shares, (known.less, known.same, known.more))):
            yield f"shares of draws are {known.less}, {known.same}, {known.more}"
        yield from self.wrong_in_numbers(claim, known)

    def wrong_in_numbers(self, claim, known):
        """What one claim gets wrong in its percentages and in US$."""
        whole = float(self.harm[:, 0].mean())
        ends = [known.mean, known.low, known.high]
        if not claim.signed and known.mean < 0.0:
            ends = [-known.mean, -known.high, -known.low]
        for printed, true in zip(claim.parts, ends, strict=False):
            if not (whole > 0.0 and rounds_to(printed, 100.0 * true / whole)):
                yield f"{printed} % should be {100.0 * true / whole if whole else None}"
        if claim.money and not rounds_to(claim.money[0], ends[0] / UNITS[claim.money[1]]):
            yield f"US$ {claim.money} should be {ends[0]}"
        if len(claim.parts) == 3:
            low, high = map(value, claim.parts[1:])
            if (low > 0.0 or high < 0.0) != known.is_clear:
                yield "the interval that is shown and the word do not agree"
            told = self.shares[claim.about]
            if np.isfinite(told[1]) and not np.allclose(told, [known.mean / whole, known.low / whole, known.high / whole]):
                yield "the relative difference is another one"

    def wrong_in_ranking(self, claim):
        """What a ranking gets wrong."""
        if claim.least != self.least:
            yield f"the least have {sorted(self.least)}"
        if claim.preliminary is not None and claim.preliminary != self.preliminary:
            yield "preliminary is said without cause, or is not said"

    def wrong_in_count(self, claim):
        """What a number of policies gets wrong."""
        many = sum(each.word == claim.word and each.direction == claim.direction for each in self.verdicts.values())
        if many != claim.many:
            yield f"there are {many}"


def value(printed):
    """A printed number."""
    return float(printed.replace(",", "").replace("\u2212", "-"))


def rounds_to(printed, true):
    """Whether a number may be printed so."""
    text = printed.replace(",", "").replace("\u2212", "-").lstrip("+")
    places = -Decimal(text).as_tuple().exponent
    if not places and len(text.strip("-")) > 3:  # three digits
        return abs(float(text) - true) <= max(0.5, 5e-3 * abs(true))
    return abs(float(text) - true) <= 0.500001 * 10.0**-places + 1e-9 * abs(true)


def is_share(printed, share):
    """Whether a share of draws may be printed so: few are not none, and nearly all are not all."""
    if printed in {"<1", ">99"}:
        return 0.0 < share <= 0.005 if printed == "<1" else 0.995 <= share < 1.0
    return rounds_to(printed, 100.0 * share) and not (printed == "0" and share) and not (printed == "100" and share < 1.0)


# Sentences


def in_sentences(source, lines, names, labels=None):
    """The claims of the sentences of a comparison, one for each policy but the reference; `names` are those that are printed."""
    reference, *others = labels or names
    found = []
    for name, label in zip(names[1:], others, strict=True):
        about = [line for line in lines if line.startswith(f"{label}: ")]
        said = [line for line in about if re.search(r"as much|no clear difference in model|harm than", line)]
        assert len(said) == 1, (source, label, lines)
        found.append(in_sentence(source, said[0].removeprefix(f"{label}: "), name, reference))
    return found


def in_sentence(source, text, about, reference):
    """The claim of one sentence on a policy."""
    ref = re.escape(reference)
    if same := re.match(rf"as much model-enabled harm as {ref}(?P<few>, preliminary)?[;.]", text):
        return Claim(source, about, "same", "same", preliminary=bool(same["few"]))
    clear = re.match(
        rf"(?:(?P<mean>{NUMBER}) %|{MONEY}) (?P<side>less|more) model-enabled harm than {ref} \((?P<inside>[^)]*)\)(?P<rest>.*)", text
    )
    if clear:
        ends = re.match(rf"95 % interval (?P<low>{NUMBER}) to (?P<high>{NUMBER})", clear["inside"]) if clear["mean"] else None
        parts = tuple(filter(None, (clear["mean"], *(ends.group("low", "high") if ends else ()))))
        dollars = re.search(rf", {MONEY}", clear["rest"]) if clear["mean"] else clear
        return Claim(
            source, about, "clear", clear["side"], parts, (dollars["money"], dollars["unit"] or ""), signed=clear["side"] == "more",
            preliminary="preliminary, clear" in clear["inside"], shares=shares_in(text),
        )  # fmt: skip
    lean = re.match(
        rf"leaning to (?P<side>less|more) model-enabled harm than {ref}: no clear difference on average \((?P<inside>.*?)\), but", text
    )
    open_ = lean or re.match(rf"no clear difference in model-enabled harm from {ref} \((?P<inside>.*?)\)[;.]", text)
    assert open_, (source, text)
    inside = open_["inside"]
    parts = re.match(rf"(?P<mean>{NUMBER}) % on average, 95 % interval (?P<low>{NUMBER}) to (?P<high>{NUMBER}) %", inside)
    dollars = re.search(MONEY.replace(r"US\$ ", r"(?P<sign>[-+]?)US\$ "), inside)
    told = (dollars["money"], dollars["unit"] or "") if dollars else None
    side = lean["side"] if lean else "same"
    few = inside.endswith(", preliminary")
    return Claim(
        source, about, "leaning" if lean else "unclear", side, parts.group("mean", "low", "high") if parts else (), told,
        preliminary=few, shares=shares_in(text),
    )  # fmt: skip


def shares_in(text):
    """In which shares of draws there is less, the same and more, as a text says it."""
    found = re.search(rf"less in ({SHARE}) % of \w+, the same in ({SHARE}) %, more in ({SHARE}) %", text)
    return found.groups() if found else None


def in_least(source, lines, labels):
    """The ranking of the last of the sentences."""
    said = [line for line in lines if line.startswith("Least harm")]
    assert len(said) == 1, (source, lines)
    found = re.fullmatch(r"Least harm(?P<few> \(preliminary\))?: (?P<who>.*)\.", said[0])
    who = re.sub(r"^which of | has it cannot be told$", "", found["who"])
    return [Ranking(source, members(who, labels), bool(found["few"]))]


def members(text, labels):
    """The labels of a list in words: the longest first, since one may be part of another."""
    found = set()
    for label in sorted(labels, key=len, reverse=True):
        if label in text:
            found.add(label)
            text = text.replace(label, "\x00", 1)
    assert not text.replace("\x00", "").replace(" and ", "").strip(", "), (text, labels)
    return frozenset(found)


# Rows of the table


def in_rows(source, rows, names, labels):
    """The claims of the table: a verdict for each policy but the reference, with shares of draws and the difference in percent."""
    found, about = [], None
    place = dict(zip(labels, names, strict=True))
    kept = {}
    for label, *cells in [*rows, ["end", ""]]:
        if label in place or label == "end":
            if about is not None and about != names[0]:
                found.append(in_block(source, about, kept))
            about, kept, before = place.get(label), {}, ""
            continue
        key = label.strip()
        kept[f"{before} interval" if key.endswith("95 %") or key == "95 % interval" else key] = cells[0]
        before = key
    return found


def in_block(source, about, kept):
    """The claim of the lines of one policy."""
    told = re.fullmatch(r"(?P<few>preliminary, )?(?P<word>same|clear|leaning|unclear)(?:: (?P<side>less|more))?", kept["verdict"])
    shares = re.fullmatch(rf"({SHARE}) / ({SHARE}) / ({SHARE}) %", kept["less/same/more"]).groups()
    mean = re.fullmatch(rf"({NUMBER}) %", kept["relative"])
    ends = re.fullmatch(rf"({NUMBER}) to ({NUMBER})", kept["relative interval"])
    parts = (mean[1], *(ends.groups() if ends else ())) if mean else ()
    return Claim(source, about, told["word"], told["side"] or "same", parts, preliminary=bool(told["few"]), shares=shares)


# Titles


def in_title(source, title, names, labels):
    """The claims of a title that begins with what may be said of harm; `labels` are the names that it has."""
    place = dict(zip(labels, names, strict=True))
    one = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    few = re.match(r"Preliminary, [\d,]+ draws?: ", title)
    text, known = (title[few.end() :] if few else title), {"preliminary": bool(few)}
    reference = names[0]
    if re.match(r"[Mm]odel-enabled harm is the same under (both|all \d+) policies in (every|the one) draw$", text):
        return [Claim(source, name, "same", "same", **known) for name in names[1:]]
    if least := re.match(rf"(?P<who>{one}) has the least model-enabled harm; clearly more: (?P<more>.+?)(?:; its first|$)", text):
        assert place[least["who"]] == reference
        return [Ranking(source, frozenset({reference}), **known), *in_list(source, least["more"], place, "clear", "more", known)]
    single = re.match(
        rf"(?P<who>{one}) has (?P<least>the least model-enabled harm, clearly less than|clearly less model-enabled harm than) "
        rf"(?P<ref>{one}), by (?:(?P<mean>{NUMBER}) % \({MONEY}\)|{MONEY.replace('money', 'bare').replace('unit', 'size')})",
        text,
    )
    if single:
        amount = (single["money"], single["unit"] or "") if single["mean"] else (single["bare"], single["size"] or "")
        who, parts = place[single["who"]], (single["mean"],) if single["mean"] else ()
        ranked = [Ranking(source, frozenset({who}), **known)] if single["least"].startswith("the least") else []
        return [Claim(source, who, "clear", "less", parts, amount, signed=False, **known), *ranked]
    both = re.match(rf"(?P<who>.+) have clearly less model-enabled harm than (?:{one}), by .* %; which has least is unclear", text)
    if both and (many := re.fullmatch(r"(\d+) of \d+ policies", both["who"])):
        return [Count(source, "clear", "less", int(many[1]))]
    if both:
        return [Claim(source, place[who], "clear", "less", **known) for who in members(both["who"], labels)]
    none = re.match(
        rf"[Nn]o policy has clearly less model-enabled harm than (?:{one})(?:; clearly more: (?P<more>.+?))?"
        rf"(?:; leaning to less: (?P<lean>.+))?$",
        text,
    )
    assert none, (source, title)
    more = in_list(source, none["more"], place, "clear", "more", known) if none["more"] else [Count(source, "clear", "more", 0)]
    lean = in_list(source, none["lean"], place, "leaning", "less", known) if none["lean"] else [Count(source, "leaning", "less", 0)]
    return [*(Claim(source, name, "not clearly less", **known) for name in names[1:]), *more, *lean]


def in_list(source, text, place, word, direction, known):
    """The claims of a list of one or two names, or of a number of policies."""
    if many := re.fullmatch(r"(\d+) of \d+ policies", text):
        return [Count(source, word, direction, int(many[1]))]
    found = members(text, list(place))
    claims = [Claim(source, place[who], word, direction, **known) for who in found]
    return [*claims, Count(source, word, direction, len(found))]


# The card


def in_card(source, text, names, labels):
    """The claims of the second caveat, and its ranking."""
    known = {"preliminary": "all of this is preliminary" in text}
    found = []
    for name, label in zip(names[1:], labels[1:], strict=True):
        said = re.search(
            rf"(?:harm: |; ){re.escape(label)} (?:(?P<same>has as much in every draw)|has clearly (?P<clear>less|more) on average, and in "
            rf"(?P<against>{SHARE}) % of draws the opposite|leans to (?P<lean>less|more), with no clear|(?P<open>has no clear difference))",
            text,
        )
        assert said, (source, label, text)
        word = "same" if said["same"] else "clear" if said["clear"] else "leaning" if said["lean"] else "unclear"
        found.append(Claim(source, name, word, said["clear"] or said["lean"] or "same", **known))
    ranked = re.search(
        r" Of all, (?:which of (?P<several>.+) has the least cannot be told|(?P<one>.+) has the least)\. What the priors", text
    )
    who = members(ranked["several"] or ranked["one"], labels)
    return [*found, Ranking(source, frozenset(dict(zip(labels, names, strict=True))[each] for each in who), **known)]


# The effect over time


def in_effect(source, lines, about):
    """The claim of the last sentence on the effect over time, and of the first one that it is preliminary."""
    few = lines[0].startswith("Preliminary")
    if "never differs from" in lines[0]:
        return [Claim(source, about, "same", "same", preliminary=few)]
    said = re.match(r"By day \d+: (?P<what>.*)\. Percentages are", lines[-1])["what"]
    if said == "the same harm in all draws":
        return [Claim(source, about, "same", "same", preliminary=few)]
    open_ = re.fullmatch(
        rf"no clear difference \((?:leaning (?P<side>less|more): )?({SHARE}) % of worlds less, ({SHARE}) % same, ({SHARE}) % more\)", said
    )
    if open_:
        word, side = ("leaning", open_["side"]) if open_["side"] else ("unclear", "same")
        return [Claim(source, about, word, side, preliminary=few, shares=open_.groups()[1:])]
    return [in_size(source, said, about, few)]


def in_size(source, said, about, few):
    """The claim of a size with its interval and a direction, in any order."""
    side = re.search(r"\b(less|more)\b", said)[1]
    size = re.match(rf"({NUMBER}) %", said)
    ends = re.search(rf"\[({NUMBER}), ({NUMBER})\]", said)
    dollars = None if size else re.match(MONEY, said)
    parts = (size[1], *(ends.groups() if ends else ())) if size else ()
    money = (dollars["money"], dollars["unit"] or "") if dollars else None
    return Claim(source, about, "clear", side, parts, money, signed=side == "more", preliminary=few)


def in_panel(source, said, about):
    """The claim under the name of a panel of the chart of the effect over time."""
    if said == "same in all worlds":
        return [Claim(source, about, "same", "same")]
    if open_ := re.fullmatch(rf"(unclear|leaning (?:less|more)): ({SHARE}) % less, ({SHARE}) % same, ({SHARE}) % more", said):
        word, _, side = open_[1].partition(" ")
        return [Claim(source, about, word, side or "same", shares=open_.groups()[1:])]
    return [in_size(source, said, about, None)]


def in_effect_title(source, title, names, labels):
    """The claims of the title of that chart."""
    head = re.match(r"(?:Preliminary, \d+ draws?: )?", title)
    text, known = title[head.end() :], {"preliminary": head.end() > 0}
    clearly = r"[Bb]y day \d+, clearly less harm than under .*?: (\d+) of \d+ policies"
    if many := re.match(rf"{clearly}(?:; clearly more: (\d+))?(?:; saved at first.*)?$", text):
        return [Count(source, "clear", "less", int(many[1])), Count(source, "clear", "more", int(many[2] or 0))]
    about = names[1]
    if text == f"{labels[1]} never differs from {labels[0]} in harm":
        return [Claim(source, about, "same", "same", **known)]
    clear = re.search(rf"has clearly (less|more)(?: harm)? than {re.escape(labels[0])}: (?:({NUMBER}) %|{MONEY}) (less|more)$", text)
    if clear:
        assert clear[1] == clear[5], text
        money = (clear["money"], clear["unit"] or "") if clear["money"] else None
        return [Claim(source, about, "clear", clear[1], (clear[2],) if clear[2] else (), money, signed=clear[1] == "more", **known)]
    assert "no clear difference" in text, (source, title)
    return [Claim(source, about, "not clear", **known)]


# A sweep's table


def in_verdict_cell(source, cell, about):
    """The claim of a cell that has a verdict."""
    told = re.fullmatch(r"(?P<few>preliminary, )?(?P<word>same|clear|leaning|unclear)(?:: (?P<side>less|more))?", cell)
    return Claim(source, about, told["word"], told["side"] or "same", preliminary=bool(told["few"]))
