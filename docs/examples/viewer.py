"""Watch a run in a browser: `solara run docs/examples/viewer.py`, after `pip install . 'mesa[viz]'`."""

from importlib.util import find_spec
from typing import Any

from matplotlib.figure import Figure

from lockgate import ReleaseModel, list_policies, list_worlds


class Watched(ReleaseModel):
    """A run that stays as it is when it is stepped past its end, as the viewer does where it draws once in several days."""

    def step(self) -> None:
        """One day, if there is one left."""
        if not self.is_over:
            super().step()


# What can be changed in the viewer, in the form that SolaraViz asks for.
MODEL_PARAMS: dict[str, Any] = {
    "policy": {"type": "Select", "value": "staged-preview", "values": list(list_policies()), "label": "Policy"},
    "world": {"type": "Select", "value": "baseline", "values": list(list_worlds()), "label": "World"},
    "seed": {"type": "SliderInt", "value": 0, "min": 0, "max": 99, "step": 1, "label": "Seed"},
    "horizon_days": {"type": "SliderInt", "value": 540, "min": 30, "max": 1080, "step": 30, "label": "Days"},
}
LINES = {"harm": "harm, US$ a week", "exposed_share": "exposed share of code", "usable_lead_months": "usable lead, months"}


def start() -> Watched:
    """The run that is shown first."""
    return Watched(**{name: given["value"] for name, given in MODEL_PARAMS.items()})


def charts(model: ReleaseModel) -> Figure:
    """Harm, exposure and lead by week, as far as the run has come."""
    weeks = model.world.weeks[: model.day // 7]
    figure = Figure(figsize=(8, 6), layout="constrained")
    for axes, (name, label) in zip(figure.subplots(len(LINES), sharex=True), LINES.items(), strict=True):
        axes.plot([week.day for week in weeks], [getattr(week, name) for week in weeks])
        axes.set_ylabel(label)
        axes.set_xlim(0, model.horizon_days)
    axes.set_xlabel("day")
    return figure


def summary(model: ReleaseModel) -> str:
    """Where the run stands, in Markdown."""
    ending = f"**US$ {model.outcomes['model_enabled_harm']:,.0f}** expected harm by models" if model.is_over else "harm is known at the end"
    return f"{model.policy.name}, day {model.day} of {model.horizon_days}: {len(model.events)} events; {ending}."


def viewer() -> Any:
    """The page."""
    import solara
    from mesa.visualization import SolaraViz

    def shown_charts(model: ReleaseModel) -> Any:
        return solara.FigureMatplotlib(charts(model))

    def shown_summary(model: ReleaseModel) -> Any:
        return solara.Markdown(summary(model))

    parts = [shown_summary, shown_charts]
    return SolaraViz(start(), components=parts, model_params=MODEL_PARAMS, name="lockgate", play_interval=1, render_interval=7)


if find_spec("solara"):  # without it, all but the page can still be imported
    page = viewer()
