"""The report of a comparison or a study: everything worked out once, and one HTML file from it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from lockgate.experiments.answers.cases import refuse_without_harm
from lockgate.experiments.report.claim import claims_of, said_command
from lockgate.experiments.report.content import Report, Section
from lockgate.experiments.report.document import document
from lockgate.experiments.report.found import Found
from lockgate.experiments.report.living import living
from lockgate.experiments.report.sections.alternatives import alternatives_section
from lockgate.experiments.report.sections.annex import annex_section
from lockgate.experiments.report.sections.first import first_screen
from lockgate.experiments.report.sections.happened import happened_section, replayed_cases
from lockgate.experiments.report.sections.instead import instead_section
from lockgate.experiments.report.sections.lengths import length_section, lengths
from lockgate.experiments.report.sections.limits import limits_section
from lockgate.experiments.report.sections.several import several_section
from lockgate.experiments.report.sections.stories import stories_section
from lockgate.experiments.report.sections.turning import turning_section
from lockgate.experiments.report.sections.worlds import worlds_section
from lockgate.sim.search_path import installed_first

if TYPE_CHECKING:
    from lockgate.experiments.evidence.card import Card
    from lockgate.experiments.results.results import Results


@installed_first
def report(results: "Results", policy: str | None = None, command: Sequence[str] | None = None, card: "Card | None" = None) -> str:
    """The report about a policy (default: the second) against the first, as the text of an HTML file.

    `command` are the words that made the results, where they are in memory, and `card` their credibility card, where it is known. Raises
    `InputError` where there is nothing to compare, or the study does not keep model-enabled harm.
    """
    return document(report_content(results, policy, command, card))


def report_content(
    results: "Results", policy: str | None = None, command: Sequence[str] | None = None, card: "Card | None" = None
) -> Report:
    """The same as plain data."""
    refuse_without_harm(results.study)
    found = Found.of(results, policy)
    found.prepare()
    with ThreadPoolExecutor(2) as pool:  # runs of the model, and trees, leave the interpreter free for the rest
        turned = pool.submit(lambda: found.flips)
        held = pool.submit(lambda: found.attempt("length", lambda: lengths(found)))
        replayed = pool.submit(replayed_cases, found.asked.policy)
        _ = found.drivers, found.flip_map, turned.result()
        answer = first_screen(found)
        others = [
            worlds_section(found),
            turning_section(found),
            alternatives_section(found),
            instead_section(found),
            stories_section(found),
        ]
        made = made_by(results, found, command)
        annex = annex_section(found, made, card)
        length = length_section(found, held.result(), found.missing.get("length", ""))
        happened = happened_section(found, replayed.result())
    several = several_section(found)
    sections: list[Section] = [*([several] if several else []), length, *others, happened, limits_section(found), annex]
    claims = sorted(claims_of(found.cell, command), key=lambda claim: claim.policy.name != found.asked.policy)
    cards = tuple(claim.content() for claim in claims)
    return Report(answer, tuple(sections), made, cards, living(found))


def made_by(results: "Results", found: Found, command: Sequence[str] | None) -> dict[str, str]:
    """What made the runs: command, seed, version and hashes."""
    from lockgate.experiments.provenance import lockgate_version, random_numbers

    hashes: Mapping[str, Any] = results.plan_content["hashes"]
    versions = list(dict.fromkeys(str(by["lockgate"]) for by in results.provenance if "lockgate" in by)) or [lockgate_version()]
    return {
        "Command": said_command(found.cell if results.is_comparison else results, command),
        "Seed": str(results.seed),
        "Version": f"lockgate {', '.join(versions)}; random numbers {random_numbers()}",
        **{f"Hash of {name}": str(known) for name, known in hashes.items()},
        **{f"Own {table}": str(own) for table, own in results.kinds.items()},
    }
