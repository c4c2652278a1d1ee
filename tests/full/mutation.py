"""Mutation score of the rules and formulas: `python -m tests.full.mutation [--only FILE] [--sample N [--after M]] [--keep]`.

Each mutant is tried in a process of its own, in plain Python: first the checks of behaviour in tests/mutation (of a formula also its
doctests) and tests/mechanisms, and last the golden fingerprints. What survives must stand in survivors.toml with a
reason; what stands there must survive. `--keep` keeps the figures in the record of credibility.
"""

import argparse
import hashlib
import importlib
import importlib.machinery
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import tomllib
import types
from collections import Counter
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # before anything imports the compiler

from tests.full.mutants import BEHAVIOUR, ROOT, Mutant, mutants_of
from tests.mutation.suite import golden_checks, meaning_checks

SURVIVORS = ROOT / "tests" / "mutation" / "survivors.toml"
SECONDS = 30.0  # of processor time; all checks need about fifteen, so that more is an endless loop
MEMORY = 6 << 30
BY_MEANING, BY_GOLDEN, BY_TIME, SURVIVED = "by meaning", "by golden", "by time", "survived"


def swap(mutant: Mutant) -> bool:
    """Give one function the mutant's code, which all who imported the function then run; False where no function has changed."""
    module = importlib.import_module(module_of(mutant.path))
    owners = [module, *(kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__)]
    mutated: dict[str, types.CodeType] = {}
    unseen = [compile(mutant.source, mutant.path, "exec")]
    while unseen:
        code = unseen.pop()
        mutated[code.co_name] = code
        unseen += [part for part in code.co_consts if isinstance(part, types.CodeType)]
    for owner in owners:
        function = vars(owner).get(mutant.where)
        if isinstance(function, types.FunctionType):
            function.__code__ = mutated[mutant.where]
            return True
    return False


def install(mutant: Mutant) -> None:
    """Forget the model and the checks, and let their next import find the mutant: for what is done when a file is imported."""
    module = module_of(mutant.path)
    for name in [name for name in sys.modules if name.startswith(("lockgate.sim", "tests.mutation", "tests.mechanisms"))]:
        del sys.modules[name]
    loaded = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        return compile(mutant.source, mutant.path, "exec") if fullname == module else loaded(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def module_of(path: str) -> str:
    """Name of a file's module."""
    return "lockgate." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def verdict_of(mutant: Mutant) -> tuple[str, str]:
    """What kills a mutant, in this process, and which check it was."""
    if not swap(mutant):
        install(mutant)
    for kind, checks in ((BY_MEANING, "meaning_checks"), (BY_GOLDEN, "golden_checks")):
        check = None
        try:
            suite = importlib.import_module("tests.mutation.suite")  # another one where the model was forgotten
            for check in getattr(suite, checks)(mutant.path):
                check()
        except BaseException as error:  # a mutant may raise anything
            return kind, f"{getattr(check, '__module__', 'import')}.{getattr(check, '__name__', '')}: {type(error).__name__}"
    return SURVIVED, ""


def tried(mutant: Mutant) -> tuple[str, str]:
    """What kills a mutant, found in a process of its own that is stopped when it takes too long."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            os.write(writer, json.dumps(verdict_of(mutant)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    kind, check = json.loads(answer) if answer else (BY_TIME, "stopped")
    return kind, check


def chosen(mutants: list[Mutant], share: float, after: float = 0.0) -> list[Mutant]:
    """A share of the mutants in an order of chance, both by a hash of their names: the same in every run; without a smaller share."""
    places = {mutant: int(hashlib.sha256(mutant.name.encode()).hexdigest()[:8], 16) for mutant in mutants}
    return sorted((mutant for mutant in mutants if after * 2**32 <= places[mutant] < share * 2**32), key=places.__getitem__)


def verdicts_of(mutants: list[Mutant], pool: Any, log: Path | None) -> list[tuple[Mutant, tuple[str, str]]]:
    """Each mutant with what kills it, and by which check."""
    known: dict[str, tuple[str, str]] = {}
    if log and log.exists():
        for line in log.read_text(encoding="utf-8").splitlines():
            name, kind, check = line.split("\t")
            if kind in (BY_MEANING, BY_TIME):
                known[name] = kind, check
    unknown = [mutant for mutant in mutants if mutant.name not in known]
    with (log or Path(os.devnull)).open("a", encoding="utf-8") as file:
        for mutant, (kind, check) in zip(unknown, pool.imap(tried, unknown, chunksize=4), strict=True):
            known[mutant.name] = kind, check
            file.write(f"{mutant.name}\t{kind}\t{check}\n")
            file.flush()
    return [(mutant, known[mutant.name]) for mutant in mutants]


def reasons() -> dict[str, str]:
    """Mutants that no check kills, and why each is none that matters."""
    listed = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivors"] if SURVIVORS.exists() else []
    return {name: group["reason"] for group in listed for name in group["mutants"]}


def main() -> int:
    """Try the mutants, print the figures, and say whether every survivor has its reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=BEHAVIOUR, help="files, such as sim/model/lab.py")
    parser.add_argument("--sample", type=float, default=1.0, help="share of the mutants to try, by chance")
    parser.add_argument("--after", type=float, default=0.0, help="leave out this share, for which checks were written")
    parser.add_argument("--keep", action="store_true", help="keep the figures in the record of credibility")
    parser.add_argument("--log", type=Path, help="keep verdicts in this file, and try no mutant again that it says is killed by meaning")
    options = parser.parse_args()
    began = time.monotonic()
    for check in [*meaning_checks(""), *golden_checks("")]:
        check()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        made = [mutant for of_file in pool.imap(mutants_of, options.only) for mutant in of_file]
        mutants = chosen(made, options.sample, options.after)
        print(f"{len(mutants)} of {len(made)} mutants, after {time.monotonic() - began:.0f} s", flush=True)
        verdicts = verdicts_of(mutants, pool, options.log)
    known = reasons()
    survivors = [m for m, (kind, _) in verdicts if kind == SURVIVED]
    unexplained = [m.name for m in survivors if m.name not in known]
    killed = sorted({m.name for m, (kind, _) in verdicts if kind != SURVIVED} & set(known))
    gone = sorted(set(known) - {m.name for m in made}) if options.only == BEHAVIOUR else []
    figures = score(verdicts) | {"survivors_with_reason": len(survivors) - len(unexplained), "seconds": round(time.monotonic() - began)}
    figures["mutants_in_all"] = len(made)
    print(json.dumps(figures, indent=1))
    for title, names in (("survived without a reason", unexplained), ("listed, but killed", killed), ("listed, but no mutant", gone)):
        for name in names:
            print(f"{title}: {name}")
    if options.keep:
        from lockgate.experiments.evidence.card import record

        record("mutation", figures)
    return 1 if unexplained or killed or gone else 0


def score(verdicts: list[tuple[Mutant, tuple[str, str]]]) -> dict[str, Any]:
    """Figures: how many mutants there are and how many are killed, in all, by operator and by file."""

    def share(rows: list[tuple[Mutant, tuple[str, str]]]) -> dict[str, Any]:
        kinds = Counter(kind for _, (kind, _) in rows)
        by_meaning = kinds[BY_MEANING] + kinds[BY_TIME]
        return {"mutants": len(rows), "killed_by_meaning": by_meaning, "killed": by_meaning + kinds[BY_GOLDEN]}

    whole = share(verdicts)
    own = share([row for row in verdicts if row[0].own])
    return {
        **whole,
        "score_by_meaning": round(whole["killed_by_meaning"] / max(1, len(verdicts)), 4),
        "score": round(whole["killed"] / max(1, len(verdicts)), 4),
        "stopped_by_time": sum(kind == BY_TIME for _, (kind, _) in verdicts),
        "own_operators": own,
        "operators": {name: share([r for r in verdicts if r[0].operator == name]) for name in sorted({m.operator for m, _ in verdicts})},
        "files": {path: share([r for r in verdicts if r[0].path == path]) for path in sorted({m.path for m, _ in verdicts})},
    }


if __name__ == "__main__":
    sys.exit(main())
