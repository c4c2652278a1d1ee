// The bar: questions to start from, and tools.
import { h, same } from "./common.js";
import { button, put } from "./elements.js";
import { leverNumber } from "./inputs.js";
import { fromLibrary, library, set } from "./policies.js";
import { note } from "./render.js";
import { begin, future, past, state, view } from "./state.js";

const PRESETS = [
  ["Hold 14 days", "staged-preview", {}], ["Hold 30 days", "staged-preview", { preview_days: 30 }],
  ["Partners only", "partner-programme", {}], ["Trusted access", "trusted-access", {}], ["Licence", "mandatory-licence", {}],
];
export const presetOf = (name, levers) => Object.entries(levers).reduce((policy, [which, value]) => set(policy, leverNumber(which), value), fromLibrary(name));
export function renderBar() {
  const isPreset = (name, levers) => state.policies.length === 2 && same(state.policies[1], presetOf(name, levers));
  const presets = PRESETS.filter(([, name]) => library(name)).map(([text, name, levers]) =>
    button("preset", text, { "aria-pressed": String(isPreset(name, levers)) }, name, levers));
  put("bar", h("div", { class: "row", role: "group", "aria-label": "Start from a question" }, presets),
    h("div", { class: "row", role: "group", "aria-label": "Tools" },
      button("undo", "Undo", { disabled: !past.length, "aria-keyshortcuts": "Control+Z" }),
      button("redo", "Redo", { disabled: !future.length, "aria-keyshortcuts": "Control+Shift+Z" }),
      button("replay", view.replay ? "The last setting …" : "Replay last change", { disabled: !view.ghost || !view.found?.done || view.replay }),
      button("link", "Copy link"), button("all", "Reset all", { disabled: same(state, begin()) }),
      button("workshop", "Workshop", { "aria-pressed": String(!!state.workshop) })),
    note("page"), view.link && h("p", { class: "note", "data-key": "link" }, view.link));
  document.body.classList.toggle("projector", !!state.workshop);
}
