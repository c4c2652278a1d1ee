"""The page of findings: `python -m tests.full.findings` writes it, `docs/findings.md`."""

from pathlib import Path

from lockgate.experiments.evidence.findings import Findings
from lockgate.sim.rules.sources import source_hash

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
DRAWS, SEED = 500, 1
HEAD = """# Findings
**Does restricting a release lower misuse, for how long, and what does it cost in competitive delay?** Ten sentences of the model, in the
world `baseline`, over {draws} draws with seed {seed}. They are what follows from its assumptions, and no prediction. Percent are of the
mean harm under the policy that is named second; brackets and intervals are 95 %, over draws, of means of paired differences. *Clear*: the
interval excludes 0. *Structures*: whether the verdict is the same with each value of each structure that draws differ in.

"""
FOOT = """
Model {model}. This page is written by `python -m tests.full.findings`, and a test fails where the model has changed since.
"""


def text(findings: Findings) -> str:
    """The page."""
    lines = [line for place, finding in enumerate(findings.all(), 1) for line in finding.lines(place)]
    head = HEAD.format(draws=findings.draws, seed=findings.seed)
    return head + "\n".join(lines) + "\n" + FOOT.format(model=source_hash())


if __name__ == "__main__":
    PAGE.write_text(text(Findings(DRAWS, SEED)), encoding="utf-8")
