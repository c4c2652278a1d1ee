"""The reduced world of R1 as a study over the lag of open weights and the time until a known flaw is fixed."""

from lockgate.experiments.evidence.reductions.release import OPEN, SETTLED, WITHHELD
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.model.parameters import PARAMETERS

HORIZON = 540
SEARCH_DAYS = 30.0


def label_of(name, value):
    """A value as a world's file has it: choices by their labels."""
    if PARAMETERS[name].choices is None:
        return value
    return next(label for label, known in PARAMETERS[name].labels.items() if known == value)


def timing_study(lag_days, patch_days, draws, actors=1):
    """Open release against withholding at each lag and fix time; draws differ in luck alone."""
    settings = {name: label_of(name, value) for name, value in SETTLED.items()}
    settings |= {"bad_actors": actors, "search_days": SEARCH_DAYS, "discount_per_year": 0.0, "never_patch_share": 0.0}
    lags = tuple(days / MONTH_DAYS for days in lag_days)
    patches = tuple(map(float, patch_days))
    return Study(
        name="timing",
        summary="From which lag of open weights does withholding help?",
        policies=(OPEN, WITHHELD),
        worlds=(with_parameters(load_world("baseline"), settings),),
        draws=draws,
        outcomes=("model_enabled_harm",),
        horizon_days=HORIZON,
        fixed=True,
        factors=(Factor("parameter", "open_weight_lag_months", lags), Factor("parameter", "patch_tau_days", patches)),
        points={
            "open_weight_lag_months": tuple(lag for lag in lags for _ in patches),
            "patch_tau_days": patches * len(lags),
        },
    )
