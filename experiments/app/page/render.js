// What is seen, made anew from the state.
import { effectData, renderAnswer, renderCosts } from "./answer.js";
import { renderWorld } from "./assumptions.js";
import { renderBar } from "./bar.js";
import { draw, h, pause, worldsData } from "./common.js";
import { $, figure, head, holderOf, later, paint, put } from "./elements.js";
import { renderSave } from "./files.js";
import { renderPolicy } from "./levers.js";
import { fourDrawn, renderLines } from "./lines.js";
import { mapData, renderTurns } from "./map.js";
import { isReady, shown } from "./runs.js";
import { renderSides, sidesData } from "./sides.js";
import { state, view } from "./state.js";
import { renderWorkshop } from "./workshop.js";
import { endOf, renderStory, renderWorlds } from "./worlds.js";

const PANELS = [
  renderAnswer, renderPolicy, renderBar, renderWorld, () => put("effect", isReady(shown()) && [head("Effect over time"), figure("effect")]), renderWorlds, renderCosts, renderTurns,
  renderStory, renderSides, renderLines, renderWorkshop, renderSave,
];
function* drawings() {
  const found = shown(), place = state.chosen;
  if (isReady(found)) {
    const old = !view.replay && view.ghost?.horizon === found.horizon && view.ghost.effects[place] ? view.ghost : null;
    const guesses = (state.workshop?.guesses ?? []).map(({ table, side, day, size }) => ({ day: Math.min(day, found.horizon), value: -side * size, label: table }));
    const more = { guesses, ghost: old && { days: old.effects[place].days, q50: effectData(old, place).q50 }, extra: view.tale ? [{ day: view.day, label: `story: day ${view.day}` }] : [] };
    yield () => paint("effect", draw.effect, effectData(found, place, more));
    yield () => {
      paint("worlds", draw.worlds, worldsData(found, place));
      holderOf("worlds")?.querySelectorAll("[data-i]").forEach((mark) => mark.classList.toggle("chosen", Number(mark.dataset.i) === view.world));
    };
    for (const [index, each] of state.pair.entries()) if (found.effects[each]) yield () => paint(`pair${index}`, draw.effect, effectData(found, each, { title: found.labels[each] }));
  }
  if (found) yield () => paint("sides", draw.whiskers, sidesData(found));
  if (view.map) yield () => view.map && paint("map", draw.flip_map, mapData(view.map));
  if (view.lines) yield () => view.lines && paint("lines", fourDrawn, view.lines);
  for (const [index, run] of (view.tale?.runs ?? []).entries()) {
    yield () => paint(`tale${index}`, draw.story, { days: view.tale?.days, list: false, title: run.label, alt: endOf(run), events: run.events.filter(({ day }) => day <= view.day) });
  }
}
// A panel or a drawing at a time, so that the page is never held up; what changes meanwhile is seen in another round.
let rendering = false;
let again = false;
export async function render() {
  again = true;
  if (rendering) return;
  rendering = true;
  await new Promise(requestAnimationFrame);
  for (let began = performance.now(); again;) {
    again = false;
    for (const part of [...PANELS, ...drawings()]) {
      part();
      if (performance.now() - began < 12) continue;
      await pause();
      began = performance.now();
    }
  }
  rendering = false;
}
export function announce(text) { later("live", () => { $("live").textContent = text; }, 400); }
export function warn(text, where = "page") {
  view.notes = { ...view.notes, [where]: text };
  $("alert").textContent = "";
  later("alert", () => { $("alert").textContent = text; });
  render();
}
export const inform = (text) => { view.notes = { ...view.notes, page: text }; announce(text); render(); };
export const note = (where) => view.notes[where] && h("p", { class: "note warning", "data-key": `note ${where}` }, view.notes[where]);
