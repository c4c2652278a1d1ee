"""The plan of a folder, as its own plan file tells it: no other file is needed to go on with a study, or to make a run again."""

import json
from dataclasses import replace

from experiments.study.study import Study
from experiments.sweep.folder import DATAPACKAGE, OtherPlan, StudyFolder, differences
from experiments.sweep.plan import SweepPlan
from experiments.sweep.stored_plan import Stored
from sim.parameters import PARAMETERS

LONGEST_WORDS = 10_000  # characters


def plan_of(folder: StudyFolder) -> SweepPlan:
    """The plan of a folder. Raises `OtherPlan` where the program has changed since, so that its runs would not be these runs."""
    stored = folder.stored()
    plan = SweepPlan(study_of(folder, stored), stored.content["chunk"])
    if plan.content != stored.content or any(PARAMETERS.keys() - world.parameters.keys() for world in plan.study.worlds):
        found = "; ".join(differences(stored.content, plan.content))
        raise OtherPlan(f"{folder.folder} was made by another version of the program ({found}); use that version, which its journal names")
    return plan


def study_of(folder: StudyFolder, stored: Stored) -> Study:
    """The study of a folder, with the name, the summary and the number of draws that other files tell."""
    name, summary = words(folder)
    return replace(stored.study, name=name, summary=summary, draws=folder.draws())


def words(folder: StudyFolder) -> tuple[str, str]:
    """The name and the summary of a study, where they are told."""
    try:
        told = json.loads(folder.file(DATAPACKAGE) or b"")
        name, summary = told["name"], told["title"]
        (name + summary).encode()  # no halves of characters
        return name[:LONGEST_WORDS], summary[:LONGEST_WORDS]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "study", ""
