"""A study's folder that came by mail: nothing of it is believed, nothing outside it is touched, and what is wrong is a sentence."""

import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lockgate.experiments import open_study
from lockgate.experiments.study.study import content_of, study_of
from lockgate.experiments.sweep.folder import Damaged, StudyFolder, name_and_summary, plan_of
from lockgate.experiments.sweep.journal import Journal
from lockgate.experiments.sweep.merge import merge
from lockgate.experiments.sweep.metadata import DATAPACKAGE
from lockgate.experiments.sweep.plan import MOST_LISTS, read_plan
from lockgate.experiments.sweep.replay import replayed
from lockgate.experiments.sweep.safe import Foreign, read_confined
from lockgate.experiments.sweep.sweep import sweep
from lockgate.sim.errors import InputError
from tests.hostile_folders import DEEP, STUDY, Place, attack, contents, sign, sign_part, sign_plan
from tests.hostile_folders import mutated as spoilt
from tests.sizes import in_full


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("hostile") / "place")


@pytest.fixture
def received(place, tmp_path):
    """A copy of the good folder, beside a file that nobody may touch."""
    folder = tmp_path / "mail" / "received"
    shutil.copytree(place.good, folder)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("ten years")
    return folder


def changed(folder, change):
    """Change the plan, and sign it."""
    plan = json.loads((folder / "plan.json").read_text())
    change(plan)
    (folder / "plan.json").write_text(json.dumps(plan, indent=1) + "\n")
    sign_plan(folder)


@pytest.mark.parametrize("number", [*range(6), *in_full(*range(6, 20))])
def test_a_spoilt_folder_is_a_sentence_and_touches_nothing_else(place, number):
    assert attack(place, number)


def test_the_same_number_gives_the_same_fault(place):
    said = {spoilt(place, 7)[1] for _ in range(2) if not place.restore()}
    place.restore()
    assert len(said) == 1


# Links


@pytest.mark.parametrize("name", [".aside", ".aside-1-of-2", "runs", "series"])
def test_a_linked_folder_is_refused_and_nothing_in_it_is_removed(received, tmp_path, name):
    shutil.rmtree(received / name, ignore_errors=True)
    (tmp_path / "precious" / "plan.json").write_text("mine")
    (received / name).symlink_to(tmp_path / "precious")
    before = contents(tmp_path / "precious")
    with pytest.raises(Foreign, match=rf"{name} is a link, where a study has a folder; put what it points to in its place"):
        sweep(STUDY, received, draws=5, chunk=8)
    assert contents(tmp_path / "precious") == before


@pytest.mark.parametrize("name", ["plan.json", "journal.jsonl", "datapackage.json", "lock", "runs/part-000000000-000000007.parquet"])
def test_a_linked_file_is_refused_and_not_written(received, tmp_path, name):
    target = tmp_path / "precious" / "target"
    (received / name).rename(target)
    (received / name).symlink_to(target)
    before = contents(tmp_path / "precious")
    with pytest.raises(Foreign, match="is a link, where a study has a file"):
        sweep(STUDY, received, draws=5, chunk=8)
    assert contents(tmp_path / "precious") == before


def test_the_folder_itself_may_be_a_link(received, tmp_path):
    (tmp_path / "link").symlink_to(received)
    assert sweep(STUDY, tmp_path / "link", draws=5, chunk=8).runs == 30
    assert open_study(tmp_path / "link").complete


def test_a_journal_that_is_another_file_too_is_not_written(received, tmp_path):
    (received / "journal.jsonl").rename(tmp_path / "precious" / "log")
    (received / "journal.jsonl").hardlink_to(tmp_path / "precious" / "log")
    with pytest.raises(Foreign, match=r"journal\.jsonl is a file that has other names too"):
        sweep(STUDY, received, draws=5, chunk=8)
    assert open_study(received).complete  # to read it changes nothing


def test_a_pipe_or_a_huge_file_is_refused_at_once(received):
    (received / "plan.json").unlink()
    os.mkfifo(received / "plan.json")
    with pytest.raises(Foreign, match="is a pipe"):
        open_study(received)
    (received / "plan.json").unlink()
    (received / "plan.json").touch()
    os.truncate(received / "plan.json", 3 << 30)
    with pytest.raises(Foreign, match="has 3,221,225,472 bytes, and no sweep leaves more than"):
        open_study(received)
    with pytest.raises(InputError, match=f"lists and tables, and a study has at most {MOST_LISTS:,}"):
        read_plan(b"[" + b"[]," * MOST_LISTS + b"[]]")


# Whose files


def test_files_of_the_user_stay_where_a_sweep_tidies(received):
    mine = [".aside/notes.txt", ".aside-mine/plan.json", "runs/part-of-me.parquet", "runs/part-00000-spark.parquet", "journal-2026.jsonl"]
    for name in mine:
        (received / name).parent.mkdir(exist_ok=True)
        (received / name).write_text("mine")
    ours = [".aside/part-000000000-000000007.parquet", ".aside/plan.json", "runs/part-000000900-000000907.parquet"]
    for name in ours:
        (received / name).write_text("unfinished")
    sweep(STUDY, received, draws=5, chunk=8)
    assert [(received / name).read_text() for name in mine] == ["mine"] * len(mine)
    assert not any((received / name).exists() for name in ours)


@pytest.mark.parametrize("there", ["my plans for 2027", '{"mine": 1}', DEEP])
def test_a_plan_of_the_user_is_not_replaced(tmp_path, there):
    (tmp_path / "plan.json").write_text(there)
    with pytest.raises(InputError, match="holds another study"):
        sweep(STUDY, tmp_path)
    assert (tmp_path / "plan.json").read_text() == there


def test_a_plan_that_was_cut_off_is_written_again(place, tmp_path):
    whole = (place.good / "plan.json").read_bytes()
    (tmp_path / "plan.json").write_bytes(whole[:700])
    sweep(STUDY, tmp_path, chunk=8)
    assert (tmp_path / "plan.json").read_bytes() == whole


# The journal


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"files": {"../evil": "0" * 64}}, r"files\."),
        ({"files": {}}, "files = {  }: dictionary should have at least 1 item"),
        ({"files": {"runs": "../../x"}}, "files.runs = .* pattern"),
        ({"first": -1}, "first = -1"),
        ({"first": 0, "last": 2**62}, "last = "),
        ({"last": 10**400}, "last = "),
        ({"first": 8, "last": 8, "wrong": 3}, "runs 8 to 8 with 3 that went wrong"),
        ({"tally": {"open-release": [1.0, float("inf")]}}, "tally"),
        ({"evil": 1}, "evil = 1: extra inputs are not permitted"),
    ],
)
def test_a_record_of_a_part_that_nobody_writes_is_refused(received, tmp_path, change, said):
    sign(received / "journal.jsonl", lambda record: record.update(change) if "first" in record else None)
    before = contents(tmp_path)
    for use in (open_study, lambda folder: merge(tmp_path / "merged", [folder]), lambda folder: sweep(STUDY, folder, chunk=8)):
        with pytest.raises(InputError, match=rf"journal\.jsonl, line \d+, is no record of a sweep: {said}"):
            use(received)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"draws": float("inf")}, "draws = inf"),
        ({"draws": 0}, "draws = 0"),
        ({"draws": 10**7}, "draws = 10000000"),
        ({"draws": "5"}, 'draws = "5"'),
        ({"chunk": 0}, "chunk = 0: input should be greater than or equal to 1"),
        ({"shard": [3, 2]}, r"shard = \[3, 2\] must be I of N"),
        ({"by": []}, "by = "),
        ({"by": {"command": ["x"]}}, "by.command"),
        ({"plan": "x"}, "plan = "),
    ],
)
def test_a_record_of_a_beginning_that_nobody_writes_is_refused(received, change, said):
    sign(received / "journal.jsonl", lambda record: record.update(change) if "plan" in record else None)
    with pytest.raises(InputError, match=rf"line \d+, is no record of a sweep: {said}"):
        open_study(received)


def test_a_deep_line_is_damage_and_left_out(received):
    with (received / "journal.jsonl").open("a") as journal:
        journal.write(DEEP + "\n" + "9" * 5000 + "\n")
    assert open_study(received).complete
    assert len(Journal(received, "journal.jsonl").records()) == 5


# The plan


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("study.points.pace", [-5.0, 1.0, 1.0], r"pace\[0\] = -5.0"),
        ("study.points.pace", [2**62, 1.0, 1.0], r"pace\[0\] = 4611686018427387904"),
        ("study.points.pace", [1.0], "points: .* must have as many values"),
        ("study.points.directive_day", [-5, 1, 2], r"directive_day\[0\] = -5"),
        ("study.points", {}, "points: "),
        ("study.worlds.0.parameters.organisations", -5, "organisations = -5"),
        ("study.worlds.0.parameters.organisations", 2**62, "organisations = 4611686018427387904"),
        ("study.worlds.0.parameters.bad_actors", 0.5, "bad_actors = 0.5"),
        ("study.worlds", [], r"worlds = \[\]"),
        ("study.policies", [], r"policies = \[\]: list should have at least 1 item"),
        ("study.policies.1.timeline.0.0", -5, r"timeline\[0\]\[0\] = -5"),
        ("study.policies.1.name", "open-release", 'policies: "open-release" is listed twice'),
        ("study.policies.0.levers", {"preview_days": float("nan")}, "preview_days = nan"),
        ("study.seed", 10**400, "seed = 0x"),
        ("study.horizon_days", 0, "horizon_days = 0"),
        ("study.outcomes", ["evil"], r"outcomes\[0\] = \"evil\""),
        ("study.factors.0.name", "evil", 'factors: "evil" is no known parameter'),
        ("study.factors.0.policies", ["open-release"], "factors: pace has policies, which only a lever or a date can have"),
        ("study.factors.1.policies", ["evil"], r'directive_day\.policies: "evil" is no policy of this study'),
        ("study.factors.1.policies", ["open-release"] * 2, r'directive_day\.policies: "open-release" is listed twice'),
        ("study.factors.1.policies", [], r"policies = \[\]: list should have at least 1 item"),
        ("study.factors.1.policies", "open-release", 'policies = "open-release"'),
        ("study.design", {"kind": "evil"}, "design"),
        ("chunk", 0, "chunk = 0"),
        ("columns.runs", [], "columns.runs: "),
        ("columns.runs.0.name", "../x", "columns.runs: "),
        ("format", [], r"it has format \[\], and this lockgate reads 1"),
        ("hashes", [], "hashes = "),
        ("evil", 1, "evil = 1: extra inputs are not permitted"),
    ],
)
def test_a_plan_that_nobody_writes_is_refused(received, path, value, said):
    def change(plan):
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        for step in steps:
            plan = plan[step]
        plan[last] = value

    changed(received, change)
    kept = StudyFolder(received)
    for use in (open_study, lambda _: plan_of(kept), lambda _: merge(received.parent / "merged", [received])):
        with pytest.raises(InputError, match=rf"plan\.json is no plan of a study: .*{said}") as refused:
            use(received)
        assert "\n" not in str(refused.value)
    assert not (received.parent / "merged").exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"9" * 5000, DEEP.encode(), b"\xff", b'{"format": 1}'])
def test_a_plan_that_is_none_is_refused(received, content):
    (received / "plan.json").write_bytes(content)
    sign_plan(received)
    with pytest.raises(InputError, match=r"plan\.json is no plan of a study: "):
        open_study(received)


def test_a_world_without_a_parameter_is_not_run(received):
    changed(received, lambda plan: plan["study"]["worlds"][0]["parameters"].pop("pace"))
    with pytest.raises(InputError):
        replayed(plan_of(StudyFolder(received)), StudyFolder(received), 3)


def test_what_is_written_can_be_read_again():
    content = json.loads(json.dumps(content_of(STUDY)))
    assert content_of(study_of(content, "small")) == content
    with pytest.raises(InputError, match="seed = -1"):
        study_of({**content, "seed": -1}, "small")


# The data package, of which nothing depends


NO_PACKAGES = (b"[]", b"", b"null", b"7", b"\xff", DEEP.encode(), b'{"name": 1, "title": 2}', b'{"name": "\\ud800", "title": ""}')


@pytest.mark.parametrize("content", NO_PACKAGES)
def test_a_data_package_that_is_none_loses_a_name_alone(received, content):
    (received / DATAPACKAGE).write_bytes(content)
    assert name_and_summary(StudyFolder(received)) == ("study", "")
    assert open_study(received).complete
    sweep(STUDY, received, chunk=8)
    assert name_and_summary(StudyFolder(received)) == ("small", "Small.")


# Parts


def other(rows, what):
    """Other rows than those of a part."""
    at = rows.schema.get_field_index("run")
    return {
        "columns": lambda: pa.table({"a": [1]}),
        "order": lambda: rows.select(rows.column_names[::-1]),
        "rows": lambda: rows.slice(1),
        "runs": lambda: rows.set_column(at, "run", pa.array([2**62] * len(rows), pa.int64())),
        "text": lambda: rows.set_column(at, "run", pa.array(["x"] * len(rows))),
    }[what]()


@pytest.mark.parametrize("table", ["runs", "series"])
@pytest.mark.parametrize("what", ["columns", "order", "rows", "runs", "text"])
def test_a_foreign_part_under_a_recorded_hash_is_not_used(received, place, table, what):
    path = received / table / "part-000000008-000000015.parquet"
    pq.write_table(other(pq.read_table(path), what), path)
    sign_part(received, table, path)
    for verify in (True, False):
        with pytest.raises(Damaged, match=rf"{path.name} (has|does not hold) .*; run the same sweep again"):
            open_study(received, verify=verify).to_arrow(table)
    with pytest.raises(Damaged, match=path.name):
        replayed(plan_of(StudyFolder(received)), StudyFolder(received), 9)
    assert merge(received.parent / "merged", [received]).runs == 16  # without it
    sweep(STUDY, received, chunk=8)
    assert (received / "runs" / path.name).read_bytes() == (place.good / "runs" / path.name).read_bytes()


def test_a_part_of_other_tables_than_the_study_keeps_is_not_used(received):
    sign(received / "journal.jsonl", lambda record: record["files"].pop("series") if record.get("first") == 0 else None)
    for verify in (True, False):
        with pytest.raises(Damaged, match="the part of runs 0 to 7 has the tables runs"):
            open_study(received, verify=verify)


def test_a_few_runs_far_out_do_not_take_the_memory_of_all_before_them(received):
    """A folder of a kilobyte may say that its only run is number 10^12: room for all before it is not made."""
    changed(received, lambda plan: plan["study"].update(points={"pace": [0.5] * 10**6, "directive_day": [1] * 10**6}))
    far = 2 * 10**6 * 9
    rows = pq.read_table(received / "runs" / "part-000000000-000000007.parquet")
    path = received / "runs" / f"part-{far:09}-{far + 7:09}.parquet"
    pq.write_table(rows.set_column(0, rows.schema.field(0), pa.array(range(far, far + 8), pa.int64())), path)
    weeks = pq.read_table(received / "series" / "part-000000000-000000007.parquet")
    run = pa.array([far + run // 2 for run in range(16)], pa.int64())
    pq.write_table(weeks.set_column(0, weeks.schema.field(0), run), received / "series" / path.name)
    sign(received / "journal.jsonl", lambda record: record.update({"draws": 1000} if "plan" in record else {}))
    sign(received / "journal.jsonl", lambda record: record.update({"first": far, "last": far + 8} if record.get("first") == 0 else {}))
    for table in ("runs", "series"):
        sign_part(received, table, received / table / path.name)
    with pytest.raises(InputError, match="too few to be read alone; merge it with others first"):
        open_study(received)


def test_a_path_that_is_not_utf_8_is_swept_read_and_replayed(tmp_path):
    folder = tmp_path / os.fsdecode(b"out-\xff")
    sweep(STUDY, folder, chunk=8)
    assert len(open_study(folder).to_arrow()) == 24
    assert not replayed(plan_of(StudyFolder(folder)), StudyFolder(folder), 9).differs


def test_a_file_below_a_link_is_not_read(received, tmp_path):
    (received / "series").rename(tmp_path / "series")
    (received / "series").symlink_to(tmp_path / "series")
    with pytest.raises(Foreign):
        read_confined(received, "series/part-000000000-000000007.parquet")
