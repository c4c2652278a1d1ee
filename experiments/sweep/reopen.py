"""The plan of a folder, as its own plan file tells it: no other file is needed to go on with a study, or to make a run again."""

import json
from dataclasses import replace

from experiments.study.study import Study
from experiments.sweep.folder import DATAPACKAGE, OtherPlan, StudyFolder, differences
from experiments.sweep.plan import SweepPlan
from experiments.sweep.stored_plan import Stored
from sim.parameters import PARAMETERS

LONGEST_TEXT = 10_000  # characters


def plan_of(folder: StudyFolder) -> SweepPlan:
    """The plan of a folder. Raises `OtherPlan` where the program has changed since, so that its runs would not be these runs."""
    stored = folder.stored()
    plan = SweepPlan(study_of(folder, stored), stored.content["chunk"])
    if plan.content != stored.content or any(PARAMETERS.keys() - world.parameters.keys() for world in plan.study.worlds):
        differing = "; ".join(differences(stored.content, plan.content))
        raise OtherPlan(
            f"{folder.folder} was made by another version of the program ({differing}); use that version, which its journal names"
        )
    return plan


def study_of(folder: StudyFolder, stored: Stored) -> Study:
    """The study of a folder, with the name, the summary and the number of draws that other files tell."""
    name, summary = name_and_summary(folder)
    return replace(stored.study, name=name, summary=summary, draws=folder.draws())


def name_and_summary(folder: StudyFolder) -> tuple[str, str]:
    """The name and the summary of a study, from its data package: a plan has none. Where that is missing, `study` and nothing."""
    try:
        package = json.loads(folder.file(DATAPACKAGE) or b"")
        name, summary = package["name"], package["title"]
        (name + summary).encode()  # no halves of characters
        return name[:LONGEST_TEXT], summary[:LONGEST_TEXT]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "study", ""
