"""Write `docs/cases.md` and its charts anew: `python -m tests.full.cases`."""

from pathlib import Path

import matplotlib as mpl

from experiments.charts.replay import replay_chart
from experiments.charts.style import DRAWING
from experiments.validation.happened import CASES
from experiments.validation.page import SHOWN, page
from experiments.validation.replay import replay
from experiments.validation.study import Study

DOCS = Path(__file__).parents[2] / "docs"
DPI = 85  # keeps a chart below 100 kB


def main() -> None:
    """The page and its charts, from the same draws."""
    study = Study()
    (DOCS / "cases.md").write_text(page(study), encoding="utf-8")
    for name in SHOWN:
        figure = replay_chart(CASES[name], replay(CASES[name], study), study)
        with DRAWING, mpl.rc_context():
            figure.savefig(DOCS / f"cases-{name}.png", dpi=DPI, metadata={"Software": None})


if __name__ == "__main__":
    main()
