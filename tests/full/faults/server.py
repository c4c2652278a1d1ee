"""A program that is loaded once and forked for each sweep, so that hundreds of them can be begun, and killed, in seconds.

It is told of a study, with which to become warm. Then it reads on its input, and answers on its output, one JSON object a line:
`{"begin": {...}}` is answered by the number of a process, and `{"wait": number, "seconds": s}` by its exit code, or by null.
"""

import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from lockgate.experiments.cli import main as lockgate
from lockgate.experiments.study.load import load_study
from lockgate.experiments.sweep import layout, sweep  # noqa: F401  # what all sweeps load
from lockgate.experiments.sweep.layout import runs_table
from lockgate.experiments.sweep.plan import Piece, SweepPlan
from lockgate.experiments.sweep.runner import Runner
from lockgate.sim.engine.run import compile_rules
from tests.full.faults.injection import install

HANG_SECONDS = 120


def main() -> None:
    """Serve until the input ends."""
    compile_rules(check=False)
    runner = Runner(SweepPlan(load_study(sys.argv[1]), 1))
    runs_table(runner, runner.rows(Piece(0, 1)))
    gc.collect()
    gc.freeze()  # so that a fork copies little
    for line in sys.stdin:
        order = json.loads(line)
        answer = begun(order["begin"]) if "begin" in order else code_of(order["wait"], order["seconds"])
        print(json.dumps(answer), flush=True)


def begun(order: dict[str, Any]) -> int:
    """The process of a new sweep, in a session of its own."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os._exit(swept(lockgate, **order))
    return child


def code_of(child: int, seconds: float) -> int | None:
    """The exit code of a process, if it ends in time."""
    end = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end:
            return None
        time.sleep(0.002)


def swept(program: Callable[[], None], arguments: list[str], out: str, err: str, environment: dict[str, str], faults: Any) -> int:
    """Run the program in this process; its exit code."""
    signal.alarm(HANG_SECONDS)
    os.close(0)
    for number, path in enumerate((os.devnull, out, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["lockgate", *arguments]
    code = 0
    try:
        install(faults)
        program()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main()
