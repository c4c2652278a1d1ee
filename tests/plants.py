"""A folder that came from elsewhere: files in it that Python or a library would run, each of which leaves a trace when it is run."""

from pathlib import Path

MODULES = (
    "experiments/__init__.py", "sim.py", "scenarios.py", "tests.py", "queue.py", "json.py", "subprocess.py", "numpy.py", "numba.py",
    "sitecustomize.py", "usercustomize.py", "planted.py",
)  # fmt: skip
SETTINGS = "cache_locator_classes: planted.Locator\ndisable_jit: 1\n"  # of Numba


def plant(folder: Path) -> Path:
    """Fill a folder, and give the one in which traces would be."""
    traces = folder.parent / f"{folder.name}-traces"
    traces.mkdir()
    for name in MODULES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        trace = traces / name.replace("/", "-")
        path.write_text(f"open({str(trace)!r}, 'w').close()\nraise SystemExit('{name} was run')\n")
    (folder / ".numba_config.yaml").write_text(SETTINGS)
    return traces


def found(traces: Path) -> list[str]:
    """What was run."""
    return sorted(path.name for path in traces.iterdir())
