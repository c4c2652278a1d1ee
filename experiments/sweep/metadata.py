"""What a folder says of itself to others, as exported from its plan and its journal: a data package, and a comparison's manifest.

No number depends on either. Source: Data Package 2.0, https://datapackage.org/standard/data-package/.
"""

import json
from collections.abc import Mapping
from typing import Any

from lockgate.experiments.provenance import comparison_asked, lockgate_version, policy_content, world_content
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.folder import DATAPACKAGE, StudyFolder, part_name
from lockgate.experiments.sweep.plan import SweepPlan
from lockgate.experiments.sweep.safe import WHOLE, write_whole

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {"double": "number", "int64": "integer", "bool": "boolean", "string": "string"}
TITLES = {"runs": "One row a run", "series": "One row a run and week"}


def write_datapackage(folder: StudyFolder, plan: SweepPlan) -> None:
    """Describe the parts that are there; a later sweep renews it."""
    while True:
        content = (json.dumps(datapackage(folder, plan), indent=1) + "\n").encode()
        if folder.file(DATAPACKAGE) == content:
            return
        write_whole(folder.folder, DATAPACKAGE, content, folder.aside)
        if folder.shard == WHOLE:
            return
        # Look again: a sweep of another shard may have kept a part meanwhile, and described it before this one wrote.


def datapackage(folder: StudyFolder, plan: SweepPlan) -> dict[str, Any]:
    """The content of the file. It says nothing of when or where the study was run, so that the same study has the same."""
    study, parts = plan.study, [part_name(piece) for piece in folder.recorded_parts()]
    return {
        "$schema": PROFILE,
        "name": study.name.lower(),
        "title": study.summary,
        **({"description": study.story.strip()} if study.story else {}),
        "created_by": f"lockgate {lockgate_version()}",
        "replicate": plan.content["replicate"],
        "random_numbers": plan.content["random_numbers"],
        "hashes": plan.content["hashes"],
        "resources": [
            {
                "name": table,
                "title": TITLES[table],
                "path": [f"{table}/{name}" for name in parts],
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "schema": {
                    "fields": [field_of(column) for column in columns],
                    "primaryKey": ["run"] if table == "runs" else ["run", "day"],
                    **({} if table == "runs" else {"foreignKeys": [{"fields": "run", "reference": {"resource": "runs", "fields": "run"}}]}),
                },
            }
            for table, columns in plan.content["columns"].items()
        ],
    }


def field_of(column: Mapping[str, str]) -> dict[str, str]:
    """One column."""
    described = {"type": TYPES[column["type"]], "unit": column["unit"], "description": column["meaning"], "role": column["role"]}
    return {"name": column["name"], **described}


def manifest(study: Study, by: Mapping[str, Any], seeds: list[int], interval: str, credibility: Any) -> dict[str, Any]:
    """What a comparison was asked and what made it: `by` is what its journal says of that, `seeds` are those of its draws.

    `interval` says how intervals were made, `credibility` is the content of the card.
    """
    (world,) = study.worlds
    asked = study.policies, world, study.draws, study.seed, study.horizon_days, study.fixed
    return {
        "study": comparison_asked(*asked, by.get("kinds"), study.ceiling),
        **by,
        "reference": study.policies[0].name,
        "seeds": seeds,
        "interval": interval,
        "credibility": credibility,
        "policies": {policy.name: policy_content(policy) for policy in study.policies},
        "parameters": world_content(world),
    }
