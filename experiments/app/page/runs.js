// Runs of what is set now, in the page or by the server. A newer question ends an older one.
import { renderAnswer } from "./answer.js";
import { HARM, cleaned, course, model, spec, telling, unique } from "./common.js";
import { fourLines } from "./lines.js";
import { flipMap } from "./map.js";
import { label } from "./policies.js";
import { announce, render, warn } from "./render.js";
import { askServer, fromServer, server } from "./server.js";
import { request, state, view } from "./state.js";

export let asked = ""; // the question that is answered now, as text
let turn = 0;
let stop = () => {};
export function supersede(end) { stop(); stop = end; }
export function compute(wanted, each = () => {}) {
  return new Promise((resolve) => {
    let over = false;
    supersede(() => { over = true; resolve(null); });
    model.run(wanted, (result) => {
      if (over) return;
      if (result.error) warn(`The model stopped: ${cleaned(result.error, "it is not known why")}. Reload the page.`);
      else each(result);
      if (result.done) resolve(result.error ? null : result);
    });
  });
}
export async function ask() {
  const wanted = request(), key = JSON.stringify(wanted), labels = state.policies.map(label), stale = () => key !== asked, before = view.found;
  if (key === asked) return;
  if (before?.done) Object.assign(view, { ghost: before, before: { harm: before.values(state.chosen, HARM), label: before.labels[state.chosen] } });
  asked = key;
  Object.assign(view, { map: null, lines: null, tale: null, done: 0 });
  const remote = server && (server.native || state.draws > spec.most_draws);
  let taken;
  const end = await (remote ? askServer : compute)(wanted, (result) => { taken = take(result, labels, stale); });
  await taken;
  if (end && !stale()) background(stale);
}
async function take(result, labels, stale) {
  const mine = ++turn, found = result.told ? fromServer(result, labels) : await analysed(result, labels, () => stale() || mine !== turn);
  if (!found || stale()) return;
  view.found = Object.assign(found, { key: asked });
  settle(found);
  if (view.world >= Math.min(found.draws, 100)) view.world = 0;
  renderAnswer(); // at once; the rest in its turn
  render();
  if (found.done && isReady(found)) announce(sentence(found, found.change(state.chosen, HARM)));
}
async function analysed(result, labels, over) {
  const found = telling.foundIn(result, labels, state.horizon);
  const wanted = unique([state.chosen, ...(result.done ? state.pair : [])]).filter((place) => place && place < labels.length);
  for (const place of wanted) if (!(await course(found, place, over))) return null;
  return found;
}
// What the reader came to look at after the answer was there: other policies' courses, and what follows from the one that is chosen.
export async function lookAgain() {
  const found = view.found, key = asked;
  if (!found?.done || found.remote) return;
  for (const place of unique([state.chosen, ...state.pair])) if (place && found.values(place, HARM) && !found.effects[place]) await course(found, place);
  if (key !== asked) return;
  Object.assign(view, { map: null, lines: null, tale: null });
  settle(found);
  render();
  background(() => key !== asked);
}
function settle(found) {
  if (!state.chosen || state.chosen >= found.labels.length) return;
  const before = view.said, steady = before?.place === state.chosen && before.key === asked && before;
  view.said = { place: state.chosen, key: asked, ...telling.settled(found.change(state.chosen, HARM), found.done, steady) };
}
async function background(stale) { if (state.chosen && !server?.native && (await fourLines(stale))) await flipMap(stale); }
export const isHidden = () => !!state.workshop && !state.workshop.open;
export const isReady = (found) => !!(found && state.chosen && found.effects[state.chosen] && !isHidden());
export const shown = () => (view.replay && view.ghost ? view.ghost : view.found);
export const sentence = (found, estimate, place = state.chosen) => telling.sentence(found, estimate, place);
