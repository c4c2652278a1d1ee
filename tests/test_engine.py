"""The compiled driver: refusals before anything is allocated, breaches that name themselves, a cache that is never stale."""

from pathlib import Path

import pytest

from lockgate.scenarios import list_policies, load_policy
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from tests.checkout import copied, said_by

SMALL = {"organisations": 20, "bad_actors": 40, "base_hazard": 0.2}


def test_a_huge_population_is_refused_with_its_estimate() -> None:
    with pytest.raises(InputError, match=r"bad_actors = 20000000 .* need about [0-9.]+ GB of memory and [0-9]+ s"):
        simulate(parameter_table(1, bad_actors=20_000_000, organisations=2_000_000), [load_policy("open-release")], [0])


def test_a_policy_gives_the_same_beside_others_as_alone() -> None:
    """Policies of a draw share its population and its agenda; those with tables of other sizes begin anew."""
    other = Policy("more desks", {"case_by_case": True, "approvals": True, "agencies": 5, "testers": 4, "reviewers": 9})
    policies = [*map(load_policy, list_policies()), other, load_policy("withhold")]
    worlds, seeds = parameter_table(3, **SMALL, leak_hazard=0.05), [5, 6, 7]
    beside = simulate(worlds, policies, seeds, 120)
    for place, policy in enumerate(policies):
        alone = simulate(worlds, [policy], seeds, 120)
        assert (beside.outcomes[:, place] == alone.outcomes[:, 0]).all(), policy.name
        assert (beside.weeks[:, place] == alone.weeks[:, 0]).all(), policy.name


def test_progress_counts_every_world() -> None:
    seen: list[int] = []
    simulate(parameter_table(5, **SMALL), [load_policy("open-release")], range(5), 10, progress=seen.append)
    assert sum(seen) == 5


EXPECTED_LOSS = """
from lockgate.sim.engine.plan import Memory
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
memory = Memory()
memory.begin(1, 10, parameter_table(1, organisations=2, bad_actors=2), Policy("any").phases())
print(memory.table("constants")["expected_loss"][0])
"""


@pytest.mark.full
def test_an_edited_rule_is_compiled_anew(tmp_path: Path) -> None:
    """Numba's cache looks at the outermost file only; ours is named by what all rules do."""
    place = copied(tmp_path)
    before = float(said_by(place, "-c", EXPECTED_LOSS))
    assert before > 1e6
    rule = place / "lockgate" / "sim" / "model" / "formulas" / "attack.py"
    rule.write_text(rule.read_text().replace("z = (math.log(cap) - mu) / sigma", "z = (math.log(cap) - mu) / sigma - 5.0"))
    assert float(said_by(place, "-c", EXPECTED_LOSS)) > 2 * before


@pytest.mark.full
def test_an_edited_word_compiles_nothing(tmp_path: Path) -> None:
    """A rule's docstring, a comment, a kernel's docstring, and a module without rules."""
    place = copied(tmp_path)
    said_by(place, "-c", EXPECTED_LOSS)
    compiled = {path: path.stat().st_mtime_ns for path in (place / "cache").rglob("*.nb?")}
    assert compiled
    for file, word, other in (
        ("sim/model/formulas/attack.py", "How much a system multiplies", "# A comment.\n    How strongly a system multiplies"),
        ("sim/engine/driver.py", "Bytes of memory that a run needs", "Bytes that a run needs"),
        ("sim/errors.py", '"""What a user did wrong', 'SPARE = 1\n"""What a user did wrong'),
    ):
        path = place / "lockgate" / file
        assert word in path.read_text()
        path.write_text(path.read_text().replace(word, other, 1))
    said_by(place, "-c", EXPECTED_LOSS)
    assert {path: path.stat().st_mtime_ns for path in (place / "cache").rglob("*.nb?")} == compiled
