"""No number changes unseen: results are those of the golden file, and what differs from the last version stands in the changelog."""

import copy
import re

from tests.golden import ROOT, changed_columns, computed, effects, project_version, stored

RENEW = "if the change is meant, renew them with `python -m tests.golden` and put what it prints into CHANGELOG.md"


def newest_entry(changelog: str) -> str:
    """The changelog's words on the newest version."""
    found = re.search(r"^## \[(\S+)\].*?$(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert found[1] == project_version()
    return found[2]


def complaints(entry: str, golden: dict) -> list[str]:
    """What the changelog's newest entry fails to say."""
    said = re.search(r"^\*\*Numbers changed:\*\* (\w+)", entry, re.MULTILINE)
    if said is None:
        return ["no line `**Numbers changed:**`"]
    if "before" not in golden:
        return [] if said[1] == "all" else ["the first version has no older numbers: say `all are new`"]
    changed = changed_columns(golden["before"], golden["now"])
    if (said[1] == "yes") != bool(changed):
        return [f"it says {said[1]}, but {', '.join(changed) or 'no column'} changed since {golden['version_before']}"]
    return ["the table of effect sizes"] if changed and effects(golden["before"], golden["now"]) not in entry else []


def test_results_are_the_golden_ones():
    golden, now = stored()["now"], computed()
    assert len(golden["scenarios"]) >= 20
    differing = [name for name, value in now["scenarios"].items() if golden["scenarios"].get(name) != value]
    columns = [name for name, value in now["columns"].items() if golden["columns"].get(name) != value]
    assert not differing, f"{len(differing)} scenarios ({differing[0]}, ...) differ in {', '.join(columns)}; {RENEW}"
    assert golden == now, RENEW


def test_the_golden_file_is_of_this_version():
    assert stored()["version"] == project_version(), RENEW


def test_the_changelog_says_whether_numbers_changed():
    entry = newest_entry((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert complaints(entry, stored()) == []


def test_a_change_without_its_line_or_table_is_noticed():
    golden = stored()
    golden |= {"before": copy.deepcopy(golden["now"]), "version_before": "0.0.1"}
    assert complaints("\n**Numbers changed:** no.\n", golden) == []
    assert complaints("\nA change.\n", golden) == ["no line `**Numbers changed:**`"]
    scenario = next(iter(golden["before"]["headlines"]))
    golden["before"]["columns"]["incidents"] = "other"
    golden["before"]["headlines"][scenario]["incidents"][0] *= 1.1
    assert complaints("\n**Numbers changed:** no.\n", golden) == ["it says no, but incidents changed since 0.0.1"]
    assert complaints("\n**Numbers changed:** yes, incidents.\n", golden) == ["the table of effect sizes"]
    table = effects(golden["before"], golden["now"])
    assert "| incidents | 1 of " in table
    assert complaints(f"\n**Numbers changed:** yes, incidents.\n\n{table}\n", golden) == []
