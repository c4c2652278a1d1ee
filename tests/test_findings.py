"""The page of findings is what the model says."""

import re

import pytest

from lockgate.experiments.evidence.findings import Findings
from lockgate.sim.rules.sources import source_hash
from tests.full.findings import DRAWS, PAGE, SEED, text

WRITTEN = PAGE.read_text(encoding="utf-8")


def test_the_page_is_of_this_model():
    assert f"Model {source_hash()}." in WRITTEN, "run `python -m tests.full.findings`"


def test_ten_sentences_each_with_interval_verdict_structures_and_command():
    parts = re.split(r"\n(?=\d+\. )", WRITTEN.split("\n\nModel")[0])[1:]
    assert [int(part.split(".")[0]) for part in parts] == list(range(1, 11))
    for part in parts:
        said, verdict, structures, again = part.split("\n   - ")
        assert re.search(r"\[[^]]+\]|95 % interval", said), said
        assert re.match(r"Verdict: (preliminary, )?(clear: (less|more)|leaning: (less|more)|unclear|same)\.", verdict)
        assert structures.startswith("Structures: ")
        assert again.startswith("Again: `lockgate ")


@pytest.mark.full
def test_the_page_is_what_is_found():
    assert text(Findings(DRAWS, SEED)) == WRITTEN
