// One lever or parameter, as a control; and how others are found.
import { h, isChoice, plain, title, told, unique } from "./common.js";
import { args, button, input, quiet, range, select } from "./elements.js";
import { allowed, between, reachOf, valueOf } from "./inputs.js";
import { state, view } from "./state.js";

// One lever or parameter: its name, its value to be written, a slider with a tick where it stood, and one plain sentence.
export function control(act, arg, each, value, before, { why = "", locked = false, badge = null, text, steps, extra = null }) {
  const id = `${act}-${each.name}`, name = title(each.name), tick = steps.indexOf(before), reset = told(each, before);
  const common = { "data-do": act, "data-arg": args(arg), "aria-describedby": `${id}-text`, disabled: locked };
  const exact = { min: each.bounds[0], max: each.bounds[1], step: each.type === "int" ? 1 : "any", "aria-label": `${name}, exact value in ${each.unit}` };
  const slider = { id, ...common, list: `${id}-ticks`, "data-steps": JSON.stringify(steps) };
  const widget = each.type === "bool" ? input("checkbox", { id, ...common, checked: !!value })
    : isChoice(each) ? select(act, each.labels.map((said, place) => [place, plain(said)]), value, { id, ...common })
      : [h("span", { class: "exact" }, input("number", { ...exact, ...common, value: String(value) }), ` ${each.unit}`),
        range(act, steps.length - 1, steps.indexOf(value), told(each, value), slider),
        h("datalist", { id: `${id}-ticks` }, tick >= 0 && h("option", { value: String(tick) }))];
  const undo = value !== before && !locked && button(`un${act}`, `Reset to ${reset}`, { class: "small", "aria-label": `Reset ${name} to ${reset}` }, arg);
  return h("div", { class: `lever${why ? " idle" : ""}`, "data-key": id }, h("label", { for: id }, name, badge), widget,
    h("p", { class: "quiet", id: `${id}-text` }, why && h("strong", {}, `${why} `), `${text} `, undo), extra);
}
function roundStep(value) {
  let size = 1;
  while (size * 10 <= value) size *= 10;
  return size * (value >= 5 * size ? 5 : value >= 2 * size ? 2 : 1);
}
export function leverSteps(each, ...found) {
  const [low, high] = each.bounds, count = high - low <= 1 ? 100 : high - low;
  if (each.type === "float") for (let place = 0; place <= count; place++) found.push(Number((low + ((high - low) * place) / count).toFixed(2)));
  else {
    const most = each.unit === "organisations" ? Math.max(valueOf("organisations"), ...found) : each.unit === "days" ? Math.min(high, state.horizon) : high;
    for (let value = low; value <= most; value += value < 30 ? 1 : roundStep(value / 25)) found.push(value);
    found.push(most, each.unit === "days" ? high : most);
  }
  return unique(found).sort((one, other) => one - other);
}
export function parameterSteps(each, ...found) {
  const share = each.bounds[1] <= 1, wide = { low: share ? 0 : each.default / 4, high: share ? each.bounds[1] : each.default * 4 }, reach = each.kind ? reachOf(each.name) : wide;
  for (let place = 0; place <= 100; place++) found.push(allowed(each, between(reach, place / 100)));
  return unique(found).sort((one, other) => one - other);
}
export function finder(kind, name, list, inPlace) {
  const sought = view.seek[kind] ?? "", rest = list.filter((each) => !inPlace.includes(each.name));
  const hit = (each) => `${plain(each.name)} ${each.meaning}`.toLowerCase().includes(sought.toLowerCase().trim()), hits = sought.trim() ? rest.filter(hit).slice(0, 8) : [];
  return h("div", { "data-key": `find ${kind}` },
    h("label", { class: "field" }, `${name} (${rest.length} more) `, input("search", { "data-do": "seek", "data-arg": args(kind), value: sought })),
    h("ul", { class: "bare" }, hits.map((each) => h("li", {}, button("pin", title(each.name), {}, kind, each.name), h("span", { class: "quiet" }, ` ${each.meaning}`)))),
    sought.trim() && !hits.length && quiet("Nothing is called so."));
}
