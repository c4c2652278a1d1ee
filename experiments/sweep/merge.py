"""Joining folders into which shards of one study were written, on machines that do not share a disk."""

from collections.abc import Sequence
from pathlib import Path

from lockgate.experiments.provenance import provenance
from lockgate.experiments.sweep.folder import PLAN, KeptPart, OtherPlan, Part, StudyFolder, last_draw, plan_of
from lockgate.experiments.sweep.metadata import write_datapackage
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.safe import claimed
from lockgate.experiments.sweep.sweep import Done, covered
from lockgate.sim.errors import InputError


def merge(target: Path, sources: Sequence[Path], command: Sequence[str] = ()) -> Done:
    """Copy all whole parts of these folders into one, which may hold some already. What is damaged is left out, to be made again.

    Raises `InputError` where a folder holds no study, and `OtherPlan` where they do not hold the same.
    """
    plan = same_plan([StudyFolder(source) for source in sources])
    if any(source.resolve() == target.resolve() for source in sources):
        raise InputError(f"{target} is both the folder to merge into and one to merge; name a new one, or leave it out of the others")
    with claimed(target):
        kept = StudyFolder(target)
        kept.begin(plan)
        kept.tidy(plan)
        folders = [kept, *map(StudyFolder, sources)]
        draws = max(folder.draws() for folder in folders)
        asked = max(last_draw(folder.records(), folder.draws()) for folder in folders)  # a stop rule may have ended it before
        kept.note_begin(plan, draws, 0, provenance(command))
        whole = kept.whole_parts()
        for source in sources:
            copy_parts(StudyFolder(source), kept, whole)
        write_datapackage(kept, plan)
        done = covered(whole, plan, asked)
        if done == plan.runs(asked):
            kept.journal.append({"finished": asked})
    wrong = sum(part.wrong for part in whole.values())
    return Done(target, asked, done, wrong, stopped_early=asked < draws)


def same_plan(folders: Sequence[StudyFolder]) -> SweepPlan:
    """The plan that all folders hold."""
    plan = plan_of(folders[0])
    for other in folders[1:]:
        if other.stored().content != plan.content:
            raise OtherPlan(other.other_plan(plan, other.file(PLAN)))
    return plan


def copy_parts(source: StudyFolder, target: StudyFolder, whole: dict[Piece, KeptPart]) -> None:
    """Copy the parts that are whole, and of which the target has no run yet."""
    for piece, part in source.whole_parts().items():
        if not any(piece.first < there.last and there.first < piece.last for there in whole):
            files = {table: source.part_file(table, part) for table in part.hashes}
            whole[piece] = target.keep(Part(piece, files, part.wrong, part.tally))
