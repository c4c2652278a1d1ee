"""The annex: twenty words, the credibility card, and what made the report."""

from lockgate.experiments.evidence.card import Card, credibility_card
from lockgate.experiments.report.content import Heading, Part, Section, Table, Terms
from lockgate.experiments.report.found import Found
from lockgate.experiments.text.numbers import printable

TITLE = "Annex"
GLOSSARY = (
    ("Harm", "Expected loss (US$) from break-ins that a model makes possible: model-enabled harm, discounted over the run."),
    ("Reference", "The first policy: all others are compared with it in the same worlds."),
    ("World", "One draw of all uncertain parameters, with its own luck. The same worlds run under every policy."),
    ("Mean", "The average over worlds. Its 95 % interval says how well the worlds that were drawn tell it."),
    ("Spread over worlds", "How much worlds differ: the middle 50 or 90 % of them. It does not shrink with more worlds."),
    ("Clear", "The 95 % interval of the mean difference excludes 0."),
    ("Leaning", "It does not, but 65 % or more of the worlds that differ are on one side."),
    ("Unclear", "Neither: the model cannot show a difference."),
    ("Preliminary", "Fewer than 50 worlds: too few to rest anything on."),
    ("Covered system", "A system that a policy speaks of: here one of critical capability, or ahead of open weights."),
    ("Covered lab", "The frontier lab whose system is ready on day 0."),
    ("Partner", "An organisation that may use a system before everyone may."),
    ("Preview", "The days on which partners have a system and others do not."),
    ("Open weights", "A model that anyone can download. It cannot be called back."),
    ("Leak", "A partner's access gets into wrong hands, until that is noticed."),
    ("Bypass", "A public way round the safeguards of a system."),
    ("Directive", "An order of the government that takes a system away for some time."),
    ("Usable lead", "Months by which what the covered lab offers to everyone is ahead of open weights."),
    ("Prior", "What is believed of a parameter before any run; worlds are drawn from it."),
    ("Held-out fact", "An observed fact that was not used to set the model, and so can show that it is wrong."),
)


def annex_section(found: Found, made: dict[str, str], card: Card | None) -> Section:
    """The section, but for the numbers of the charts and the cards, which are made of all other sections."""
    parts: list[Part] = [Heading("Twenty words"), Terms(GLOSSARY)]
    card = card or found.attempt("card", lambda: credibility_card(found.cell))
    if card is not None:
        parts += card_parts(card)
    parts += [Heading("What made it"), Terms(tuple(made.items()))]
    return Section("annex", TITLE, tuple(parts))


def card_parts(card: Card) -> list[Part]:
    """The credibility card as tables."""
    basis = {"Verified": f"{card.verification} ({card.made_with})", "Validated": card.validation, **card.basis}
    factors = tuple((name, group, str(level), line) for group, name, level, line in card.factors)
    return [
        Heading("Credibility card"),
        Terms(tuple((name[:1].upper() + name[1:], printable(text.replace("`", ""))) for name, text in basis.items())),
        Table(
            "The eleven factors of NASA-STD-7009: levels from 0 (insufficient evidence) to 4, the authors' own",
            ("factor", "group", "level", "why"),
            factors,
        ),
    ]
