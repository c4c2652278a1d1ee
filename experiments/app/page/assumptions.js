// The panel of what is assumed, and of how many worlds are drawn.
import { CHOICE, DAYS, LOGNORMAL, digits, draw, h, plain, spec, title, told, unique } from "./common.js";
import { control, finder, parameterSteps } from "./controls.js";
import { $, args, button, choice, head, input, put, quiet, select, small } from "./elements.js";
import { allowed, known } from "./inputs.js";
import { note } from "./render.js";
import { server } from "./server.js";
import { state } from "./state.js";

const ASSUMED = [
  "leak_hazard", "open_weight_lag_months", "cooperation", "uplift", "test_days", "search_days", "leak_days", "political_delay_days",
];
export function renderWorld() {
  const names = unique([...state.sought, ...Object.keys(state.priors), ...ASSUMED]).filter(known).slice(0, 8), changed = Object.keys(state.priors).length;
  const number = (text, act, low, high, value) => h("label", { class: "field" }, `${text} `, input("number", { min: low, max: high, step: 1, value: String(value), "data-do": act }));
  const counts = [100, 200, 500, spec.most_draws, ...(server ? [2000, 5000, 20000] : [])].map((each) => [each, draw.fixed(each, 0)]);
  put("world", h("details", { open: !small.matches && !$("world").firstChild, "data-key": "assumed" },
    h("summary", {}, head("Assumptions"), h("span", { class: "quiet" }, changed ? `${changed} changed` : "none changed")),
    quiet("Nobody chooses these. Each world draws them anew from what is thought likely, unless you fix or widen them here."),
    h("div", { class: "row" }, button("unworld", "Reset assumptions", { disabled: !changed })), names.map(assumption),
    finder("world", "Find another assumption", spec.parameters, names)),
  h("details", { "data-key": "runs" }, h("summary", {}, "Worlds, days, seed"), choice("draws", "Worlds", counts, state.draws),
    number("Days", "horizon", ...DAYS, state.horizon), number("Seed", "seed", 0, null, state.seed),
    !server && quiet("More than 1,000 worlds need the server: “lockgate app”.")), note("world"));
}
function assumption(name) {
  const each = known(name), prior = state.priors[name], usually = Number(each.default), wide = each.kind && each.kind !== CHOICE;
  const mode = !prior ? "drawn" : "fix" in prior ? "fix" : "wide", modes = [["drawn", each.kind ? "as thought likely" : "as it is"], ["fix", "fixed"], ...(wide ? [["wide", "twice as uncertain"]] : [])];
  const pick = select("mode", modes, mode, { "data-arg": args(name), "aria-label": `How ${plain(name)} is taken` });
  const badge = h("abbr", { class: "grade", title: `Grade ${each.grade}: ${spec.grades?.[each.grade] ?? "how well it is known"}` }, each.grade);
  const now = mode === "wide" && h("strong", {}, `Now ${digits(prior.low)} to ${digits(prior.high)}.`);
  const likely = quiet(each.kind ? `Thought likely: ${each.prior}. ` : `Not drawn: ${told(each, usually)} in all worlds. `, now);
  if (mode === "fix") return control("fix", name, each, prior.fix, usually, { text: each.meaning, steps: parameterSteps(each, prior.fix, usually), extra: [pick, likely], badge });
  return h("div", { class: "lever", "data-key": `fix-${name}` }, h("span", { class: "name" }, title(name), badge), pick, quiet(each.meaning), likely);
}
export function widened(each) {
  const middle = Math.min(each.high, Math.max(each.low, each.middle || Number(each.default))), half = (each.high - each.low) / 2;
  const [low, high] = each.kind === LOGNORMAL ? [each.low ** 2 / middle, each.high ** 2 / middle] : [each.low - half, each.high + half];
  return { low: Math.max(allowed(each, low), each.kind === LOGNORMAL ? 1e-12 : -Infinity), middle, high: allowed(each, high) };
}
