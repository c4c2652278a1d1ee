// Policies side by side.
import { HARM, costsOf, finite, h, inPercent, money, say, sharesOf, sizeOf, wordOf } from "./common.js";
import { args, choice, figure, head, put } from "./elements.js";
import { isHidden, shown } from "./runs.js";
import { state } from "./state.js";

export function sidesData(found) {
  const total = found.level(0, HARM).mean, factor = total > 0 ? 100 / total : 1, scaled = (value) => (finite(value) ? value * factor : null);
  const rows = found.labels.slice(1).map((name, index) => {
    const { mean, low, high, word, direction } = found.change(index + 1, HARM);
    return { label: name, mean: scaled(mean), low: scaled(low), high: scaled(high), word, direction };
  });
  const alt = rows.map((row) => `${row.label}: ${row.word}`).join("; "), reference = found.labels[0];
  return { rows, unit: total > 0 ? `% of harm under ${reference}` : "US$", x: "labels", title: "Harm: mean and 95 % interval", alt, reference, below: "less harm", above: "more harm" };
}
export function renderSides() {
  const found = shown(), [a, b] = state.pair;
  if (isHidden() || !found || found.labels.length !== state.policies.length) return put("sides");
  const options = found.labels.map((name, place) => [place, name]), both = !found.remote && a !== b && found.change(b, HARM, a);
  const row = (name, place) => {
    const costs = place && costsOf(found, place, false), harm = place && found.change(place, HARM);
    const cells = place ? [sizeOf(found, harm, false), ["less", "same", "more"].map((side) => inPercent(harm[side])).join(" / "), costs.delay, costs.lead, costs.customers, wordOf(harm)] : [];
    const own = h("td", { colspan: 6 }, `reference: ${money(found.level(0, HARM).mean)} of harm in ${found.horizon} days`);
    return h("tr", {}, h("th", { scope: "row" }, name), place ? cells.map((text) => h("td", {}, text)) : own);
  };
  const titles = ["Policy", "Harm", "Less / same / more", "Delay", "Lead", "Customers lost", "Verdict"].map((text) => h("th", { scope: "col" }, text));
  const table = h("table", {}, h("caption", {}, say("table", { reference: found.labels[0] })), h("thead", {}, h("tr", {}, titles)), h("tbody", {}, found.labels.map(row)));
  const pair = both && (both.preliminary ? say("preliminary", { draws: found.draws, shares: sharesOf(both) })
    : say("pair", { a: found.labels[a], b: found.labels[b], size: sizeOf(found, both), shares: sharesOf(both), word: wordOf(both) }));
  return put("sides", head("Policies side by side"), figure("sides"), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of all policies" }, table),
    !found.remote && [h("div", { class: "row" }, choice("pair", "Compare A", options, a, { "data-arg": args(0) }), choice("pair", "with B", options, b, { "data-arg": args(1) })),
      h("p", {}, pair || "Choose two different policies.")],
    h("div", { class: "runs" }, both && a > 0 && b > 0 && [a, b].map((place, index) => found.effects[place] && figure(`pair${index}`))));
}
