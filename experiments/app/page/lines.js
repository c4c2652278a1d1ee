// Four lines: two policies under two sets of assumptions.
import { HARM, WEEK, draw, h, minus, model, pause, say, spread, wordOf, zeros } from "./common.js";
import { figure, head, put, quiet } from "./elements.js";
import { isChanged, label, library, usual } from "./policies.js";
import { render } from "./render.js";
import { compute, isReady, shown } from "./runs.js";
import { request, state, view } from "./state.js";

export async function fourLines(stale) {
  if (!Object.keys(state.priors).length) return true;
  const policy = state.policies[state.chosen], edited = isChanged(policy) && library(policy.base), both = [], draws = Math.min(200, state.draws);
  const base = edited ? { ...policy, settings: usual(policy) } : state.policies[0];
  for (const priors of [{}, state.priors]) {
    const result = await compute(request([base, policy], priors, draws));
    if (!result || stale()) return false;
    both.push({ harm: result.outcomes[HARM], lines: [await meansOf(result, 0), await meansOf(result, 1)] });
  }
  const [usually, now] = both, effect = ({ harm }) => model.estimate(harm[1], harm[0], HARM);
  const interaction = model.estimate(minus(now.harm[1], now.harm[0]), minus(usually.harm[1], usually.harm[0]), HARM);
  const names = [edited ? library(policy.base).label : label(base), label(policy)];
  view.lines = { names, draws, both, total: usually.lines[0].at(-1), effects: both.map(effect), interaction };
  render();
  return true;
}
async function meansOf({ harmByWeek, draws }, place) {
  const weeks = harmByWeek[place].length / draws, sums = new Float64Array(draws), none = zeros(sums), means = [0];
  for (let week = 0; week < weeks; week++) {
    for (let row = 0; row < draws; row++) sums[row] += harmByWeek[place][row * weeks + week];
    means.push(model.estimate(sums, none, HARM).mean);
    if (week % 20 === 19) await pause();
  }
  return means;
}
export function renderLines() {
  const { lines } = view;
  if (!isReady(shown())) return put("lines");
  if (!lines) return put("lines", head("Policy and assumptions together"), quiet(Object.keys(state.priors).length ? "Four lines follow when the answer is there." : say("lines_none")));
  const size = (each, unit = "%") => spread(each, 100 / lines.total, unit, false), [before, after] = lines.effects, fields = { policy: lines.names[1], reference: lines.names[0] };
  const name = { same: "same", clear: "clear" }[lines.interaction.word] ?? "unclear";
  return put("lines", head("Policy and assumptions together"), figure("lines"), quiet(`A is ${lines.names[0]}, B is ${lines.names[1]}.`),
    h("p", {}, say("lines", { ...fields, before: size(before), after: size(after), word: wordOf(after), draws: lines.draws })), h("p", {}, say(`interaction_${name}`, { size: size(lines.interaction, "points") })));
}
export function fourDrawn({ both, names, total, narrow }) {
  const rows = both.flatMap((each, changed) => each.lines.map((values, policy) => ({ values: values.map((value) => (100 * value) / total), look: `four p${policy} ${changed ? "changed" : ""}`, text: `${"AB"[policy]} under ${changed ? "your" : "the usual"} assumptions` })));
  const data = { narrow, title: say("lines_title", { reference: names[0] }), alt: rows.map(({ text, values }) => `${text}: ${draw.fixed(values.at(-1), 1)} %`).join("; ") };
  const wide = narrow ? 340 : 720, [parts, top] = draw.head(data), most = Math.max(1, ...rows.flatMap(({ values }) => values));
  const x = draw.scale(0, state.horizon, 44, wide - 12), y = draw.scale(0, 1.05 * most, top + 300, top + 10), line = ({ values }) => values.map((value, week) => [x(Math.min(WEEK * week, state.horizon)), y(value)]);
  for (const value of draw.ticks(0, most, 5)[0]) parts.push(draw.line("grid", 44, y(value), wide - 12, y(value)), draw.text(38, y(value) + 4.5, draw.fixed(value, 0), "", "end"));
  for (const day of draw.ticks(0, state.horizon, narrow ? 4 : 8)[0]) parts.push(draw.text(x(day), top + 318, (day ? "" : "day ") + draw.fixed(day, 0), "", "middle"));
  rows.forEach((row, place) => {
    const low = top + 340 + 20 * place;
    parts.push(draw.path(row.look, draw.joined(line(row)), row.text), draw.line(row.look, 4, low, 32, low), draw.text(40, low + 4.5, `${row.text}: ${draw.fixed(row.values.at(-1), 1)} %`, "", "", wide - 50));
  });
  return draw.figure(data, "lines", top + 424, parts);
}
