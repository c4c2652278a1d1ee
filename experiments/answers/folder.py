"""What `lockgate answer` leaves on disk: the page, the same as JSON, its charts, and provenance."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lockgate.experiments.answers.page import Page
from lockgate.experiments.folder import Writer, write_folder, write_json, write_lines
from lockgate.experiments.provenance import chart_provenance, provenance
from lockgate.experiments.results.results import Results

PAGE, CONTENT = "answer.md", "answer.json"


def answer_asked(results: Results, policy: str | None, parts: Sequence[str] | None) -> dict[str, Any]:
    """What was asked. Two answers with the same content give the same page."""
    return {
        "kind": "answer",
        "study": results.study.name,
        "hashes": dict(results.plan_content["hashes"]),
        "draws": results.draws,
        "seed": results.seed,
        "policy": policy,
        "parts": list(parts or ()),
    }


def save_answer(
    page: Page, results: Results, folder: Path, command: Sequence[str], policy: str | None, parts: Sequence[str] | None, *, charts: bool
) -> Path:
    """Write a page to a folder, whole or not at all. Raises `InputError` over another study."""
    asked = answer_asked(results, policy, parts)
    files: dict[str, Writer] = {}
    if charts:
        from lockgate.experiments.charts import chart_files

        made = chart_provenance(asked, command)
        for name, draw in page.charts.items():
            files |= chart_files(f"charts/{name}", draw(), made)
    files[PAGE] = partial(write_lines, page.text(page.charts if charts else ()).splitlines())
    files[CONTENT] = partial(write_json, page.content())
    return write_folder(folder, files, {"study": asked, **provenance(command, results.kinds)})
