"""The sentences of a page that is alive. A page fills in numbers and names, and decides nothing but which verdict there is.

Placeholders in braces: `policy` and `reference` are labels; `size` a difference, in percent of the reference's harm where it has any, with
its interval; `shares` how many of 100 worlds have less, the same and more.
"""

from lockgate.experiments.results.verdict import ENOUGH, LEANING, WORDS
from lockgate.experiments.text.comparison import SAID_PRICES
from lockgate.experiments.text.numbers import percent
from lockgate.experiments.text.wording import LEVEL

HARM = "model-enabled harm"
SIDES = ("less", "more")
VERDICTS = {  # a word and its direction, or a word that has none
    **{f"clear_{side}": f"{{policy}} has clearly {side} {HARM} than {{reference}}: {{size}} on average. Of 100 worlds, {{shares}}."
       for side in SIDES},
    **{f"leaning_{side}": f"{{policy}} leans to {side} {HARM} than {{reference}}: no clear difference on average ({{size}}), but {side} in "
       f"{percent(LEANING)} or more of the worlds that differ. Of 100 worlds, {{shares}}." for side in SIDES},
    "unclear": f"No clear difference in {HARM} between {{policy}} and {{reference}}: {{size}} on average. Of 100 worlds, {{shares}}.",
    "same": f"{{policy}} has as much {HARM} as {{reference}}, in every world so far.",
}  # fmt: skip
PRELIMINARY = {
    "preliminary": f"Preliminary: {{draws}} draws; a verdict needs {ENOUGH}. So far, of 100 worlds, {{shares}}.",
    "word_preliminary": "preliminary, {word}",
    **{f"word_{word}": word for word in WORDS},
    "shares": "{less} less, {same} same, {more} more",
    "draws": "{done} of {asked} worlds",
}
CHANGES = {
    "change": f"The last change alone, in the same worlds: {{size}} {HARM} against {{before}} ({{word}}).",
    "change_same": f"The last change makes no difference to {HARM} in any of {{draws}} worlds (before: {{before}}).",
    "pair": f"{{b}} against {{a}}: {{size}} {HARM} ({{word}}). Of 100 worlds, {{shares}}.",
}
COSTS = {
    "costs": "Mean differences from {reference} in the same worlds, 95 % interval in brackets.",
    "delay": "From ready to public, of the system that is ready on day 0.",
    "delay_more": "{days} days or more: in some worlds it was not public when the run ended.",
    "not_public": "not public within {days} days",
    "refused": "Labs refuse {share} of what the government asks of them.",
    "lead": "Of the covered lab's offer to everyone over open weights, mean over days.",
    "customers": "Share of the covered lab's customers at the start, mean over days.",
    "benefit": "Value to organisations of the best system that was ready, less that of the best they could use.",
    "interval": f"{{mean}} ({LEVEL} {{low}} to {{high}})",
    **{f"price_{name}": said and f"{said[0].upper()}{said[1:]}." for name, said in SAID_PRICES.items()},
}
TURNS = {
    "map": "Across and up are the two inputs with the most influence on whether there is less or more, unless you choose others. "
    "Each field of the map is a run of the model with these two values; touch one to go there.",
    "map_native": "This program runs other rules than the page holds, so the map is not drawn here; `lockgate answer` finds flips.",
    "map_flips": "{policy}: whether there is less or more harm depends on these two",
    "map_less": "{policy}: less harm wherever the draws tell, within these ranges",
    "map_more": "{policy}: more harm wherever the draws tell, within these ranges",
    "map_unclear": "{policy}: no clear difference anywhere within these ranges",
    "lines": f"{{policy}} against {{reference}}: {{before}} {HARM} under the world's own assumptions, {{after}} under yours "
             "({word}, {draws} worlds).",
    "lines_none": "Change an assumption, and four lines show what the policy does with it and without.",
    "lines_title": f"{HARM.capitalize()} so far, in % of that under {{reference}}",
    "interaction_same": "The assumptions change nothing of what the policy does.",
    "interaction_clear": "The assumptions clearly change what the policy does: by {size}.",
    "interaction_unclear": "That the assumptions change what the policy does is not clear ({size}).",
}  # fmt: skip
CHARTS = {
    "chart": "{policy}: harm saved so far, against {reference}",
    "worlds": "{count} sampled worlds, from best to worst",
    "table": "All policies against {reference}, in the same worlds",
    "story": "One world, told by what this page holds: when systems went to everyone, and when open weights caught up.",
    "event_public": "The system of day 0 goes to everyone.",
    "mark_public": "public (median)",
    "mark_parity": "open weights (median)",  # which a phone has room for
    "event_parity": "Open weights reach the critical level.",
    "ending": "It ends with {harm} of expected harm, {incidents} incidents and {leaks} leaks.",
    "needs": "Does nothing here: it needs {needs}.",
    "saves": "Files hold the policies, the assumptions, the seed and the draws: whoever opens them gets the same numbers.",
    "foot": "Not a prediction. {organisations} simulated organisations, world {world}, seed {seed}, {draws} draws, {days} days each. "
            "lockgate {version}, model {stamp}.",
}  # fmt: skip
SENTENCES: dict[str, str] = VERDICTS | PRELIMINARY | CHANGES | COSTS | TURNS | CHARTS
