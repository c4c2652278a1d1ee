// What the reader does. Elements name what they do (`data-do`), and what with (`data-arg`).
import { widened } from "./assumptions.js";
import { presetOf } from "./bar.js";
import { DAYS, cleaned, spec, unique } from "./common.js";
import { $, holderOf, later, typing } from "./elements.js";
import { SAVES, fileName, save } from "./files.js";
import { known, outOfBounds, tooMany } from "./inputs.js";
import { link, open } from "./link.js";
import { go } from "./map.js";
import { current, freeName, fromLibrary, inOrder, refusal, set, usual, withPolicy } from "./policies.js";
import { announce, inform, render, warn } from "./render.js";
import { isReady, lookAgain } from "./runs.js";
import { asked1, asking } from "./server.js";
import { apply, begin, future, goBack, past, state, view } from "./state.js";
import { fillRecord } from "./workshop.js";
import { tell } from "./worlds.js";

const unless = (why, where, work) => (why ? warn(why, where) : work());
const slid = (node) => (node.type === "range" ? JSON.parse(node.dataset.steps)[node.value] : node.type === "checkbox" ? Number(node.checked) : node.value === "" ? NaN : Number(node.value));
const focusOn = (find) => later("focus", () => find()?.focus());
function moveStep(day, number, to) {
  const moved = current().settings.find((each) => each[0] === day && each[1] === number), settings = current().settings.map((each) => (each === moved ? [to, number, moved[2]] : each));
  unless(refusal(current(), to, number, moved[2], moved), "step", () => apply(withPolicy({ ...current(), settings: inOrder(settings) })));
}
const ACTIONS = {
  preset: (_, name, levers) => apply({ policies: [state.policies[0], presetOf(name, levers)], chosen: 1, pair: [0, 1], pins: [] }),
  undo: () => goBack(past, future, "Undone."), redo: () => goBack(future, past, "Redone."), all: () => apply(begin()),
  replay: () => { view.replay = true; render(); later("replay", () => { view.replay = false; render(); }, 1800); },
  link: async () => {
    history.replaceState(null, "", link());
    const address = location.href.replace(/\?[^#]*/, "");
    try { await navigator.clipboard.writeText(address); inform("Link copied."); } catch { inform("The address of this page is now the link: copy it from there."); }
  },
  workshop: () => apply({ workshop: state.workshop ? null : { guesses: [], open: false, role: "" } }),
  choose: (_, place) => { apply({ chosen: place, pair: place ? [state.pair[0] === place ? 0 : state.pair[0], place] : state.pair }); lookAgain(); },
  add: ({ value }) => {
    const made = value === "=" ? { ...current() } : fromLibrary(value);
    apply({ policies: [...state.policies, { ...made, name: freeName(made.name) }], chosen: state.policies.length, pair: [state.chosen || 1, state.policies.length] });
  },
  remove: () => apply({ policies: state.policies.filter((_, place) => place !== state.chosen), chosen: 1, pair: [0, 1] }),
  unpolicy: () => apply(withPolicy({ ...current(), settings: usual(current()) })),
  name: (node) => {
    const name = cleaned(node.value), taken = state.policies.some((each, place) => place !== state.chosen && each.name === name);
    unless(taken && `Another policy is called “${name}” already; take another name.`, "policy", () => apply(withPolicy({ ...current(), name })));
  },
  lever: (node, number) => {
    const value = slid(node), each = spec.levers[number];
    unless(outOfBounds(each, value) || tooMany(each, value), "policy", () => apply(withPolicy(set(current(), number, value)), `lever ${number}`));
  },
  unlever: (_, number) => {
    const before = usual(current()).filter(([day, which]) => !day && which === number), rest = current().settings.filter(([day, which]) => day || which !== number);
    apply(withPolicy({ ...current(), settings: inOrder([...rest, ...before]) }));
  },
  seek: ({ value }, kind) => { view.seek = { ...view.seek, [kind]: value }; render(); },
  pin: (_, kind, name) => {
    const field = kind === "lever" ? "pins" : "sought";
    view.seek = {};
    apply({ [field]: unique([name, ...state[field]]).slice(0, 8) });
    focusOn(() => document.querySelector(`[data-key="${kind === "lever" ? "lever" : "fix"}-${name}"] :is(input, select)`));
  },
  steplever: ({ value }) => { view.step = Number(value); render(); }, none: () => {},
  step: ({ elements: { day, lever, value } }) => {
    const step = [Number(day.value), Number(lever.value), value.value === "" ? NaN : Number(value.value)];
    unless(refusal(current(), ...step), "step", () => { apply(withPolicy({ ...current(), settings: inOrder([...current().settings, step]) })); announce(`Step added on day ${step[0]}.`); });
  },
  move: ({ value }, day, number) => moveStep(day, number, Number(value)), shift: (_, day, number, by) => moveStep(day, number, day + by),
  drop: (_, day, number) => { apply(withPolicy({ ...current(), settings: current().settings.filter((each) => each[0] !== day || each[1] !== number) })); focusOn(() => $("step-day")); },
  mode: ({ value }, name) => {
    const { [name]: _, ...rest } = state.priors, each = known(name), made = value === "fix" ? { fix: Number(each.default) } : widened(each);
    apply({ priors: value === "drawn" ? rest : { ...rest, [name]: made }, sought: unique([name, ...state.sought]).slice(0, 8) });
  },
  fix: (node, name) => unless(outOfBounds(known(name), slid(node)), "world", () => apply({ priors: { ...state.priors, [name]: { fix: slid(node) } } }, `fix ${name}`)),
  unfix: (_, name) => apply({ priors: { ...state.priors, [name]: { fix: Number(known(name).default) } } }), unworld: () => apply({ priors: {}, sought: [] }),
  draws: ({ value }) => apply({ draws: Number(value) }),
  horizon: ({ value }) => unless(outOfBounds({ name: "days", bounds: DAYS, unit: "days", type: "int" }, Number(value)), "world", () => apply({ horizon: Number(value) })),
  seed: ({ value }) => unless(outOfBounds({ name: "seed", bounds: [0, 2 ** 53 - 1], unit: "", type: "int" }, Number(value)), "world", () => apply({ seed: Number(value) })),
  dot: ({ value }) => { view.world = Number(value); render(); }, day: ({ value }) => { view.day = Number(value); render(); }, tell: (_, row) => tell(row),
  pair: ({ value }, which) => { apply({ pair: state.pair.map((each, place) => (place === which ? Number(value) : each)) }); lookAgain(); },
  axis: ({ value }, which) => {
    const axes = (state.axes ?? view.axes).map((each, place) => (place === which ? value : each));
    unless(axes[0] === axes[1] && "The two sides of the map need two different inputs.", "page", () => { apply({ axes }); lookAgain(); });
  },
  go: ({ value }) => value !== "" && go(Number(value)),
  guess: ({ elements: { table, side, day, size } }) => {
    const shop = state.workshop, made = { table: cleaned(table.value, ""), side: Number(side.value), day: Number(day.value), size: Number(size.value) };
    const bounds = (name, most, type, unit) => outOfBounds({ name, bounds: [0, most], type, unit }, made[name]);
    const why = (!made.table && "Say which table guesses.") || bounds("day", state.horizon, "int", "") || bounds("size", 100, "float", "%") || (shop.guesses.length >= 40 && "40 guesses are enough.");
    unless(why, "workshop", () => { apply({ workshop: { ...shop, guesses: [...shop.guesses, made] } }); table.value = ""; table.focus(); announce(`${made.table} has guessed.`); });
  },
  unguess: (_, which) => apply({ workshop: { ...state.workshop, guesses: state.workshop.guesses.filter((each, place) => place !== which) } }),
  reveal: () => { apply({ workshop: { ...state.workshop, open: !state.workshop.open } }); if (state.workshop.open) focusOn(() => $("answer")); },
  role: ({ value }) => apply({ workshop: { ...state.workshop, role: value } }), again: () => apply({ workshop: { ...state.workshop, guesses: [], open: false } }),
  print: () => { fillRecord(); document.body.classList.add("recorded"); print(); },
  save: async (_, kind) => (/svg|png|csv/.test(kind) && !(isReady(view.found) && holderOf("effect")?.firstChild)) || save(...(await SAVES[kind](fileName(view.found?.labels[state.chosen] ?? "chart")))),
  report: async () => { const made = await asked1("api/report", asking(), "save"); if (made) save(made.name, made.html, "text/html"); },
};
export function listen() {
  const act = (event, fits) => {
    const node = event.target.closest?.("[data-do]");
    if (!node || node.disabled || !fits(node)) return false;
    ACTIONS[node.dataset.do](node, ...JSON.parse(node.dataset.arg ?? "[]"));
    return true;
  };
  const atOnce = (node) => /^(range|search)$/.test(node.type), number = (event, name) => Number(event.target.closest?.(`[data-painted="${name}"] [data-i]`)?.dataset.i ?? NaN);
  document.addEventListener("click", (event) => {
    if (act(event, (node) => node.nodeName === "BUTTON")) return;
    if (number(event, "map") >= 0) go(number(event, "map"));
    if (number(event, "worlds") >= 0) ACTIONS.dot({ value: number(event, "worlds") });
  });
  document.addEventListener("input", (event) => act(event, atOnce));
  document.addEventListener("change", (event) => act(event, (node) => /^(INPUT|SELECT)$/.test(node.nodeName) && !atOnce(node)));
  document.addEventListener("submit", (event) => { event.preventDefault(); act(event, (node) => node.nodeName === "FORM"); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || typing(document.activeElement)) return;
    event.preventDefault();
    ACTIONS[event.shiftKey ? "redo" : "undo"]();
  });
  addEventListener("hashchange", () => { if (location.hash !== link()) open(location.hash); });
  addEventListener("resize", () => later("resize", render, 200));
  addEventListener("afterprint", () => document.body.classList.remove("recorded"));
}
