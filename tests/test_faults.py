"""Sweeps survive being killed, full disks, bad runs, damage, races and stops. At full size: `python -m tests.full.faults`."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from lockgate.experiments.sweep.cluster import Link, given
from lockgate.experiments.sweep.folder import StudyFolder, plan_of
from lockgate.experiments.sweep.worker import OtherVersion, answer_on_cluster
from lockgate.sim.errors import InputError
from tests.full.faults import cluster, damage, errors, identity, kills, races, runs, stops
from tests.full.faults.bench import Bench, serving
from tests.sizes import size


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def server(place):
    with serving(place) as server:
        yield server


@pytest.fixture(scope="module")
def small(place, server):
    """Four runs in two parts."""
    return Bench(place / "small", 2, server, draws=1, series=False)


@pytest.fixture(scope="module")
def longer(place, server):
    """Forty runs in eight parts."""
    return Bench(place / "longer", 5, server, draws=10)


@pytest.fixture(scope="module", autouse=True)
def slow(request, place):
    """What takes longest goes on beside the other tests: killing a sweep at every call, and waiting for runs that do not end."""

    def killed():
        with serving(place / "killed") as server:
            return kills.at_every_call(Bench(place / "killed" / "small", 2, server, draws=1, series=False), step=size(40, 6))

    def bad():
        with serving(place / "bad") as server:
            bench = Bench(place / "bad" / "runs", 20, server, draws=50, points=1, limit=2)
            return runs.swept(bench, ("raise", "nan", "endless", "exit"), 0.01, "--workers", "2")

    asked = {item.name for item in request.session.items}
    with ThreadPoolExecutor(2) as pool:
        yield {
            name: pool.submit(work)
            for name, work, test in (
                ("bad", bad, test_runs_that_go_wrong_in_workers_lose_no_others),
                ("killed", killed, test_killed_at_every_call_it_goes_on),
            )
            if test.__name__ in asked
        }


def test_killed_at_random_it_goes_on(longer):
    times = size(1, 2)
    assert kills.of_sweep(longer, times)["kills"] == times


@pytest.mark.full
def test_killed_at_random_with_workers_it_goes_on(longer):
    assert kills.of_sweep(longer, 1, "--workers", "2")["kills"] == 1


def test_workers_that_are_killed_are_replaced(longer):
    times = size(1, 2)
    assert kills.of_workers(longer, times)["kills"] == times


def test_a_disk_that_fails_at_any_call_is_a_sentence_and_it_goes_on(small):
    found = errors.at_every_call(small, 10)
    assert min(found[error] for error in errors.ERRORS) >= 4


def test_damage_is_never_used(place, server):
    found = damage.of_all_files(Bench(place / "damaged", 5, server), flips=size(60, 300), cuts=size(12, 60), reruns=size(2, 6))
    assert found["swept again"] == size(2, 6)


def test_damage_that_is_used_would_be_seen(small, monkeypatch):
    monkeypatch.setattr(StudyFolder, "is_whole", lambda study, part: True)
    with pytest.raises(AssertionError, match="is damaged and used"):
        damage.of_all_files(small, flips=5, cuts=0, reruns=0)


def test_of_sweeps_that_begin_together_one_proceeds(small):
    assert races.of_sweeps(small, 3)["sweeps refused"] == 6


def test_shards_share_a_folder_and_nothing_else_does(longer):
    races.of_shards(longer)


def test_any_way_to_run_it_gives_the_same_bytes(place, server):
    ways = size(identity.FEW[:3], identity.FEW)
    assert identity.of_ways(place / "ways", ways, server)["ways"] == len(ways)


def test_stopped_at_any_moment_it_says_so_and_goes_on(longer):
    stops.at_random(longer, size(1, 3), most_seconds=60)


def test_no_worker_outlives_its_sweep(longer):
    stops.in_endless_runs(longer, 1, (signal.SIGKILL,))


@pytest.mark.full
def test_a_cluster_gives_the_same_bytes_when_its_workers_are_killed(longer):
    cluster.with_workers_killed(longer, 1, 1, processes=1)


def test_a_cluster_that_does_not_answer_is_refused(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.sweep.cluster.CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler answers there"):
        Link(cluster.NOWHERE)


def test_a_cluster_with_other_sources_is_refused(small):
    told = given(plan_of(StudyFolder(small.reference)))
    with pytest.raises(OtherVersion, match="another version"):
        answer_on_cluster(json.dumps(json.loads(told) | {"code": "another"}), {"piece": [0, 1], "failed": {}}, None)


def test_runs_that_go_wrong_in_threads_lose_no_others(place, server):
    bench = Bench(place / "threads", 20, server, draws=50, points=1)
    runs.that_go_wrong(bench, runs.IN_THREADS, 0.01, "--threads", "2")


@pytest.mark.full
def test_killed_at_every_call_it_goes_on(slow):
    found = slow["killed"].result()
    assert found["killed before fsync"] > size(0, 10)
    assert found["power failures"] >= size(1, 8)
    assert found["parts made twice"] == 0


@pytest.mark.full
def test_parts_that_are_not_flushed_would_be_seen(small):
    with pytest.raises(AssertionError):
        kills.at_every_call(small, step=4, careless=".aside")


@pytest.mark.full
def test_runs_that_go_wrong_in_workers_lose_no_others(slow):
    bench, out, wrong = slow["bad"].result()
    runs.check_rows(bench, out, wrong)
    number = next(row["run"] for row in runs.table_of(out).to_pylist() if row["status"] == "died")
    replayed = runs.replay(out, number)
    assert (replayed.returncode, replayed.stderr) == (0, "")
