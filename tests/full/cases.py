"""Write `docs/cases.md` and its charts anew: `python -m tests.full.cases`."""

from pathlib import Path

from PIL import Image

from lockgate.experiments.charts import save_chart
from lockgate.experiments.charts.case import case_chart
from lockgate.experiments.evidence.cases import CASES, SHOWN, page, replay
from lockgate.experiments.evidence.sampled_runs import SampledRuns

DOCS = Path(__file__).parents[2] / "docs"
COLOURS = 64  # keep a chart below 100 kB


def main() -> None:
    """The page and its charts, from the same draws."""
    sampled = SampledRuns()
    (DOCS / "cases.md").write_text(page(sampled), encoding="utf-8")
    for name in SHOWN:
        png, svg = save_chart(case_chart(CASES[name], replay(CASES[name], sampled), sampled), DOCS / f"cases-{name}")
        Image.open(png).convert("RGB").quantize(COLOURS).save(png, optimize=True)
        svg.unlink()


if __name__ == "__main__":
    main()
