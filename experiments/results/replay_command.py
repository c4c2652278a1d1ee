"""What makes a run again: a command for the folder of a study, a call of Python for a comparison in memory."""

import shlex
from typing import TYPE_CHECKING

from lockgate.sim.settings import whole

if TYPE_CHECKING:
    from lockgate.experiments.results.results import Results


def replay_command(results: "Results", run: int) -> str:
    """The command that makes a run again beside its twin, the run of the reference in the same draw; a run of the reference alone.

    Of a comparison in memory it is a call, of `divergence` or of a timeline, in which `results` is the comparison.
    Raises `InputError` where there is no such run.
    """
    plan = results.plan
    run = whole("run", run, 0, results.source.run_count - 1, "number of a run, as the column `run` has it")
    at = plan.index(run)
    if results.folder is not None:
        return f"lockgate replay {shlex.quote(str(results.folder))} --run {run}{' --twin' if at.policy else ''}"
    policy, draw = plan.study.policies[at.policy].name, at.draw
    place = f"world={plan.study.worlds[at.world].name!r}, point={at.point}"
    several = len(plan.study.worlds) > 1 or plan.study.point_count > 1
    if at.policy:
        return f"divergence(results{f'.where({place})' if several else ''}, policy={policy!r}, draw={draw})"
    return f"results.where(draw={draw}{f', {place}' if several else ''}).plot.timeline(policy={policy!r}, draw=0)"
