// What the reader set (`state`, which nothing changes in place), and what was found of it (`view`). `apply` makes the next state, and can be undone.
import { MOST_POLICIES, same, spec, unique } from "./common.js";
import { later } from "./elements.js";
import { link } from "./link.js";
import { fromLibrary, library } from "./policies.js";
import { announce, render } from "./render.js";
import { ask } from "./runs.js";

export let state;
export let past = [];
export let future = [];
let lastKey = "";
let lastTime = 0;
export const view = { found: null, ghost: null, before: null, said: null, map: null, lines: null, tale: null, world: 0, day: 0, notes: {}, seek: {} };
export function begin() {
  const chosen = (spec.chosen ?? []).slice(0, MOST_POLICIES), names = ["open-release", "staged-preview", ...spec.policies.map((each) => each.name)].filter(library);
  return {
    policies: (chosen.length > 1 ? chosen : unique([...names.slice(0, 1 - chosen.length || 1), ...chosen, ...names]).slice(0, 2)).map(fromLibrary),
    chosen: 1, priors: {}, draws: 500, seed: spec.seed, horizon: spec.horizon, pins: [], sought: [], axes: null, pair: [0, 1], workshop: null,
  };
}
// The next state. Changes under one key within a second are one step of undo.
export function apply(change, key = "") {
  const next = { ...state, ...change }, now = performance.now();
  if (same(next, state)) return;
  if (!key || key !== lastKey || now - lastTime > 1000) past = [...past.slice(-199), state];
  [lastKey, lastTime, future] = [key, now, []];
  become(next);
}
export function become(next) {
  const last = next.policies.length - 1, most = (place) => Math.min(place, last);
  state = Object.freeze({ ...next, chosen: most(next.chosen), pair: next.pair.map(most) });
  view.notes = {};
  render();
  later("link", () => history.replaceState(null, "", link()), 300);
  later("ask", ask, 0);
}
// A state that comes as a whole, as from a link.
export function restore(next) {
  if (state) past = [...past, state];
  become(next);
}
export function goBack(from, to, said) {
  if (!from.length) return;
  to.push(state);
  lastKey = "";
  become(from.pop());
  announce(said);
}
export const request = (policies = state.policies, priors = state.priors, draws = state.draws) =>
  ({ policies: policies.map(({ settings }) => ({ settings })), priors, draws, seed: state.seed, horizon: state.horizon });
