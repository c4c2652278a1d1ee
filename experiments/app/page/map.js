// What would change the answer: a map over two inputs, coarse to fine, in the background.
import { CHOICE, HARM, digits, h, minus, model, pause, plain, say, spec, title, told, unique, wordOf } from "./common.js";
import { args, choice, figure, head, put, quiet } from "./elements.js";
import { allowed, between, inputNamed, isLever, known, leverNumber, reachOf, valueOf } from "./inputs.js";
import { at, set } from "./policies.js";
import { announce, render } from "./render.js";
import { compute, isReady } from "./runs.js";
import { server } from "./server.js";
import { apply, request, state, view } from "./state.js";

const PASSES = [[3, 16], [5, 16], [9, 16], [9, 50]]; // of the flip map: places along a side, worlds in each
// The state's policies and assumptions with these inputs at these values.
function placed(axes, values) {
  let { policies, priors } = state;
  axes.forEach((name, place) => {
    const value = allowed(inputNamed(name), values[place]);
    if (isLever(name)) policies = policies.map((each, index) => (index === state.chosen ? set(each, leverNumber(name), value) : each));
    else priors = { ...priors, [name]: { fix: value } };
  });
  return { policies, priors };
}
async function differenceAt(axes, values, draws) {
  const { policies, priors } = placed(axes, values), result = await compute(request([policies[0], policies[state.chosen]], priors, draws));
  return result && model.estimate(result.outcomes[HARM][1], result.outcomes[HARM][0], HARM);
}
// The two inputs with the most influence on whether there is less or more, in the worlds that were drawn: as a report finds them.
async function mostInfluential(found, over) {
  const draws = Math.min(found.draws, spec.most_draws), inputs = model.inputs(request(), draws), shares = [];
  const differences = minus(found.values(state.chosen, HARM), found.values(0, HARM)).subarray(0, draws);
  for (const [place, { name }] of spec.parameters.filter(isAxis).entries()) {
    if (inputs[name].some((value) => value !== inputs[name][0])) shares.push([model.influence(inputs[name], differences), name]);
    if (place % 20 === 19) await pause();
    if (over()) return null;
  }
  return shares.sort((one, other) => other[0] - one[0]).slice(0, 2).map(([, name]) => name);
}
const isAxis = (each) => each.kind && each.kind !== CHOICE;
export async function flipMap(stale) {
  const mine = (view.mapping = {}), over = () => stale() || view.mapping !== mine, axes = state.axes ?? view.axes ?? (await mostInfluential(view.found, over));
  if (!axes?.[1] || over()) return;
  view.axes = axes;
  const [x, y] = axes.map(reachOf), total = view.found.level(0, HARM).mean;
  for (const [side, draws] of PASSES) {
    const places = Array.from({ length: side }, (_, place) => place), edges = (reach) => [...places, side].map((place) => between(reach, place / side)), cells = [];
    for (const row of places) {
      cells.push([]);
      for (const column of places) {
        const found = await differenceAt(axes, [between(x, (column + 0.5) / side), between(y, (row + 0.5) / side)], draws);
        if (!found || over()) return;
        cells[row].push({ word: found.word, direction: found.direction, mean: (100 * found.mean) / total });
      }
    }
    view.map = { axes, x, y, xs: edges(x), ys: edges(y), cells, draws, side, last: PASSES.at(-1)[0] === side && PASSES.at(-1)[1] === draws };
    render();
  }
}
const centre = (edges, { log }, place) => (log ? Math.sqrt(edges[place] * edges[place + 1]) : (edges[place] + edges[place + 1]) / 2);
const placeOf = (map, number) => [centre(map.xs, map.x, number % map.side), centre(map.ys, map.y, Math.floor(number / map.side))];
const placeName = (map, number) => placeOf(map, number).map((value, which) => `${plain(map.axes[which])} ${told(inputNamed(map.axes[which]), allowed(inputNamed(map.axes[which]), value))}`).join(", ");
export function renderTurns() {
  const { map, found } = view, axes = state.axes ?? view.axes;
  if (!isReady(found)) return put("turns");
  const names = [...spec.parameters.filter(isAxis), ...spec.levers.filter((each) => each.type !== "bool")].map(({ name }) => [name, title(name)]);
  const pick = (place, text) => choice("axis", text, names, axes[place], { "data-arg": args(place) });
  const places = map && map.cells.flat().map((cell, number) => [number, `${placeName(map, number)}: ${wordOf(cell)}`]);
  const stage = map && `${map.side} × ${map.side} places, ${map.draws} worlds in each${map.last ? "." : "; it gets finer while you look."}`;
  const wait = server?.native ? say("map_native") : found.done ? "Looking for what would change the answer …" : "The map follows when the answer is there.";
  return put("turns", head("What would change the answer"), quiet(say("map")), axes && h("div", { class: "row" }, pick(0, "Across"), pick(1, "Up")),
    map ? [figure("map"), choice("go", "Go to a place", [["", "choose …"], ...places], ""), quiet(stage)] : h("p", { class: "pending" }, wait));
}
export function mapData(map) {
  const axis = (reach, name) => ({
    label: title(name), unit: reach.each.unit, log: reach.log,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => between(reach, share)).map((value) => ({ at: value, label: digits(Number(value.toPrecision(2))) })),
  });
  const here = map.axes.map((name) => (isLever(name) ? at(state.policies[state.chosen].settings, leverNumber(name)) : valueOf(name)));
  const ends = map.axes.map(known), sides = unique(map.cells.flat().map(({ direction }) => direction)), has = (side) => sides.includes(side);
  const text = say(`map_${has("more") && has("less") ? "flips" : has("more") ? "more" : has("less") ? "less" : "unclear"}`, { policy: view.found.labels[state.chosen] });
  const box = ends.every(Boolean) ? [ends[0].low, ends[1].low, ends[0].high, ends[1].high] : null;
  return { x: axis(map.x, map.axes[0]), y: axis(map.y, map.axes[1]), xs: map.xs, ys: map.ys, cells: map.cells, line: [], box, here, title: text, alt: text, told: "%" };
}
export function go(number) {
  const { map } = view;
  apply({ ...placed(map.axes, placeOf(map, number)), axes: map.axes });
  announce(`Gone to ${placeName(map, number)}.`);
}
