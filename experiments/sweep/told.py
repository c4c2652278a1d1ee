"""The plan of a folder, as its own plan file tells it: no other file is needed to go on with a study, or to make a run again."""

import json

from experiments.study.content import study_of
from experiments.sweep.datapackage import NAME as DATAPACKAGE
from experiments.sweep.folder import OtherPlan, StudyFolder, differences
from experiments.sweep.plan import SweepPlan


def plan_of(folder: StudyFolder) -> SweepPlan:
    """The plan of a folder. Raises `OtherPlan` where the program has changed since, so that its runs would not be these runs."""
    told = folder.plan_content()
    plan = SweepPlan(study_of(told["study"], *words(folder), draws=folder.draws()), told["chunk"])
    if plan.content != told:
        found = "; ".join(differences(told, plan.content))
        raise OtherPlan(f"{folder.folder} was made by another version of the program ({found}); use that version, which its journal names")
    return plan


def words(folder: StudyFolder) -> tuple[str, str]:
    """The name and the summary of a study, where they are told."""
    try:
        told = json.loads((folder.folder / DATAPACKAGE).read_text())
        return str(told["name"]), str(told["title"])
    except (OSError, ValueError, KeyError):
        return "study", ""
