// The report comes alive: marks tell what they are, and the model answers for other levers and assumptions. What was written stays as it
// was; all that is new stands in `#try`. Without scripts, or where this browser cannot run the model, nothing is missing but this.
"use strict";
(() => {
const { draw, telling: t } = lockgate, { h } = t;
const LEVERS = ["preview_days", "launch_partners", "mandatory", "testers", "sign_offs", "extension_days"];
const ASSUMED = ["leak_hazard", "open_weight_lag_months", "cooperation", "uplift"];
const EACH = 4, STEPS = 100, WIDE = 20, MOST_DAYS = 180, MOST_FEW = 400, TOGETHER = 1000, PAST = 200;
const $ = (id) => document.getElementById(id), same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const data = JSON.parse($("lockgate-data").textContent), { spec, figures } = data;
let model, state, past = [], future = [], lastKey = "", lastTime = 0, shown = null, ghost = null, verdict = null, turn = 0;

const button = (text, act) => { const node = h("button", { type: "button" }, text); node.addEventListener("click", act); return node; };

// Marks: touched, pointed at, or reached with the arrow keys, each says itself in a line below the chart.

function enliven(figure, said) {
  const line = h("p", { class: "said live", role: "status" }, "Point at a mark, or use the arrow keys, to read it.");
  const marks = () => [...figure.querySelectorAll("[data-i]")].filter((mark) => mark.getClientRects().length);
  function choose(mark) {
    const words = mark && said(Number(mark.dataset.i), mark);
    if (!words) return;
    figure.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    mark.classList.add("chosen");
    line.textContent = words;
  }
  const under = (event) => choose(event.target.closest("[data-i]"));
  for (const kind of ["pointerover", "click", "focusin"]) figure.addEventListener(kind, under);
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key], all = marks();
    if (!step || !all.includes(document.activeElement)) return;
    event.preventDefault();
    const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement) + step))];
    all.forEach((mark) => mark.setAttribute("tabindex", mark === next ? "0" : "-1"));
    next.focus();
  });
  figure.append(line);
  return () => marks().forEach((mark, place) => mark.setAttribute("tabindex", place ? "-1" : "0"));
}
const sideOf = (cell) => (cell.direction === "less" ? "less harm" : cell.direction === "more" ? "more harm" : "no direction");
function cellOf({ x, y, xs, ys, cells, told }, index) {
  const across = xs.length - 1, column = index % across, row = Math.floor(index / across), cell = cells[row]?.[column];
  const between = (edges, place) => `${draw.number(edges[place], 3)} to ${draw.number(edges[place + 1], 3)}`;
  const size = t.finite(cell?.mean) ? `, ${draw.fixed(cell.mean, 1, true)} ${told ?? ""}` : "";
  return cell && `${x.label} ${between(xs, column)}, ${y.label} ${between(ys, row)}: ${cell.word}${cell.word === "clear" || cell.word === "leaning" ? `, ${sideOf(cell)}` : ""}${size}.`;
}
function dayOf(chart, place) {
  const of = (name) => chart[name][place], shares = (value) => `${draw.fixed(value, 1, true)} %`, unit = chart.unit.startsWith("%") ? shares : t.money;
  const mean = t.finite(of("low")) ? `mean ${unit(of("mean"))}, 95 % interval ${unit(of("low"))} to ${unit(of("high"))}` : `mean ${unit(of("mean"))}`;
  return `By day ${of("days")}, above 0 is ${chart.above}: median world ${unit(of("q50"))}; ${mean}; nine of ten worlds ${unit(of("q05"))} to ${unit(of("q95"))}.`;
}
// A slider through the days of a chart of the effect.
function scrubber(figure, chart) {
  const line = h("p", { class: "said" }), slider = h("input", { type: "range", min: 0, step: 1, "aria-label": "Day that is read from the chart" });
  const read = () => { line.textContent = dayOf(chart(), Number(slider.value)); slider.setAttribute("aria-valuetext", line.textContent); };
  slider.addEventListener("input", read);
  figure.append(h("div", { class: "live" }, slider, line));
  return (first) => { slider.max = chart().days.length - 1; if (first) slider.value = slider.max; read(); };
}
function enlivenAll() {
  for (const [name, { drawing, data: chart }] of Object.entries(figures)) {
    const figure = $(`chart-${name}`);
    if (figure && drawing === "worlds") enliven(figure, (index) => chart.said[index])();
    if (figure && drawing === "flip_map") enliven(figure, (index) => cellOf(chart, index))();
    if (figure && drawing === "story") enliven(figure, (index) => chart.events[index] && `Day ${chart.events[index].day}: ${chart.events[index].said}`)();
    if (figure && drawing === "effect") scrubber(figure, () => chart)(true);
  }
}

// What is set: levers of the policy from day 0 on, and assumptions that are held at a value. `state` is never changed in place.

const isLever = (name) => spec.levers.some((each) => each.name === name);
const inputNamed = (name) => (isLever(name) ? spec.levers : spec.parameters).find((each) => each.name === name);
const numberOf = (name) => spec.levers.findIndex((each) => each.name === name);
const mine = () => spec.policies[data.policy];
const reference = () => spec.policies[data.reference];
function settings() {
  const set = Object.entries(state.levers).map(([name, value]) => [0, numberOf(name), value]);
  return [...mine().settings.filter(([day, number]) => day || !(spec.levers[number].name in state.levers)), ...set];
}
const at = (list, name, day = 0) => Number(list.findLast(([when, number]) => when <= day && number === numberOf(name))?.[2] ?? inputNamed(name).default);
const usual = (name) => (isLever(name) ? at(mine().settings, name) : Number(inputNamed(name).default));
const valueOf = (name) => Number(state.levers[name] ?? state.priors[name]?.fix ?? usual(name));
const isSet = (name) => name in state.levers || name in state.priors;
function idle(name) {
  const list = settings(), days = [0, ...list.map(([day]) => day)];
  return isLever(name) ? t.needs(inputNamed(name), (other, day) => at(list, other, day), days, spec.horizon) : "";
}
function begin() {
  const set = mine().settings.filter(([day]) => !day).map(([, number]) => spec.levers[number].name);
  const turning = [figures.flip?.data.x.name, figures.flip?.data.y.name].filter((name) => name && spec.parameters.some((each) => each.name === name));
  state = { levers: {}, priors: {}, shown: [] };
  const levers = [...new Set([...LEVERS, ...set])].filter((name) => !inputNamed(name).once && !idle(name)).slice(0, EACH);
  return { ...state, shown: [...levers, ...[...new Set([...turning, ...ASSUMED])].filter((name) => inputNamed(name)).slice(0, EACH)] };
}
function withValue(name, value) {
  const kind = isLever(name) ? "levers" : "priors", { [name]: _, ...rest } = state[kind], back = value === null || (isLever(name) && value === usual(name));
  return { ...state, [kind]: back ? rest : { ...rest, [name]: isLever(name) ? value : { fix: value } } };
}
function apply(next, key = "") { // changes of one slider within a second are one step of undo
  const now = performance.now();
  if (same(next, state)) return;
  if (!key || key !== lastKey || now - lastTime > TOGETHER) past = [...past.slice(1 - PAST), state];
  [lastKey, lastTime, future] = [key, now, []];
  become(next);
}
function become(next) {
  state = next;
  render();
  history.replaceState(null, "", link());
  ask();
}
function go(from, to) {
  if (!from.length) return;
  to.push(state);
  lastKey = "";
  become(from.pop());
}

// A link holds what was set. What it holds is checked like anything foreign.

function link() {
  const { levers, priors } = state;
  if (same([levers, priors], [{}, {}])) return location.pathname + location.search;
  const held = { levers, priors, seed: spec.seed, draws: data.draws, version: spec.version, stamp: spec.stamp };
  return `#try=${encodeURIComponent(JSON.stringify(held))}`;
}
function allowed(name, value) {
  const each = inputNamed(name), [low, high] = each?.bounds ?? [];
  if (!each || !t.finite(Number(value)) || value < low || value > high) throw new Error(`${t.title(String(name)).slice(0, 60)} cannot be ${String(value).slice(0, 40)}`);
  return each.type === "float" ? Number(value) : Math.round(Number(value));
}
function open(hash) {
  if (!hash.startsWith("#try=")) return;
  try {
    const held = JSON.parse(decodeURIComponent(hash.slice(5))), entries = (part) => Object.entries(held[part] ?? {});
    const levers = Object.fromEntries(entries("levers").filter(([name]) => isLever(name)).map(([name, value]) => [name, allowed(name, value)]));
    const priors = Object.fromEntries(entries("priors").filter(([name]) => !isLever(name)).map(([name, { fix }]) => [name, { fix: allowed(name, fix) }]));
    const other = held.stamp !== spec.stamp || held.seed !== spec.seed || held.draws !== data.draws;
    $("try-note").textContent = other ? "This link was made with another version of the model, or other draws: numbers may differ." : "";
    become({ levers, priors, shown: [...new Set([...Object.keys(levers), ...Object.keys(priors), ...state.shown])].slice(0, 2 * EACH) });
  } catch (error) {
    $("try-note").textContent = `This link cannot be read: ${error instanceof SyntaxError || error instanceof TypeError ? "it is not whole" : error.message}.`;
  }
}

// Controls. Native sliders, each with its unit, the grade of its evidence, and a tick at what it was.

function steps(name) {
  const each = inputNamed(name), [least, most] = each.bounds, was = usual(name), whole = each.type !== "float";
  let low = isLever(name) ? least : Math.min(each.low, was), high = isLever(name) ? Math.min(most, each.unit === "days" ? Math.max(MOST_DAYS, 2 * was) : Math.max(4 * was, 40)) : Math.max(each.high, was);
  if (low === high) [low, high] = [Math.max(least, was - Math.max(1, Math.abs(was))), Math.min(most, was + Math.max(1, Math.abs(was)))];
  const count = whole && high - low <= MOST_FEW ? high - low : STEPS, log = low > 0 && high / low > WIDE;
  const value = (place) => (log ? low * (high / low) ** (place / count) : low + ((high - low) * place) / count);
  const found = Array.from({ length: count + 1 }, (_, place) => (whole ? Math.round(value(place)) : Number(value(place).toPrecision(3))));
  return [...new Set([...found, was, valueOf(name)])].sort((one, other) => one - other);
}
function control(name) {
  const each = inputNamed(name), id = `set-${name}`, grade = each.grade && h("abbr", { title: `Evidence ${each.grade}: ${spec.grades[each.grade]}`, class: "grade" }, each.grade);
  const output = h("output", { for: id }), reset = button("Reset", () => apply(withValue(name, null))), why = h("p", { class: "quiet" });
  reset.setAttribute("aria-label", `Reset ${t.plain(name)}`);
  const few = each.type === "bool" || t.isChoice(each), places = few ? (each.labels?.length ? each.labels.map((_, place) => place) : [0, 1]) : steps(name);
  const ticks = few ? null : h("datalist", { id: `${id}-was` }, h("option", { value: places.indexOf(usual(name)), label: "as it was" }));
  const input = few ? h("select", { id }, places.map((place) => h("option", { value: place }, t.told(each, place))))
    : h("input", { id, type: "range", min: 0, max: places.length - 1, step: 1, list: `${id}-was` });
  input.addEventListener("input", () => apply(withValue(name, few ? Number(input.value) : places[input.value]), name));
  const show = () => {
    const value = valueOf(name), reason = idle(name), drawn = !isLever(name) && !isSet(name) && each.kind;
    input.value = few ? value : places.reduce((best, place, index) => (Math.abs(place - value) < Math.abs(places[best] - value) ? index : best), 0);
    output.textContent = drawn ? "drawn" : t.told(each, value);
    input.setAttribute("aria-valuetext", drawn ? `drawn, ${each.prior}` : output.textContent);
    input.disabled = !!reason;
    reset.disabled = !isSet(name);
    why.textContent = reason || (drawn ? `${each.meaning} Thought likely: ${each.prior}.` : each.meaning);
  };
  return { node: h("div", { class: "lever" }, h("label", { for: id }, t.title(name), " ", grade), output, reset, input, ticks, why), show };
}
function finder(kind, list) {
  const words = kind === "levers" ? "Another lever" : "Another assumption", id = `find-${kind}`;
  const input = h("input", { id, type: "search", list: `${id}-all`, autocomplete: "off" });
  input.addEventListener("change", () => {
    const each = list.find(({ name }) => t.plain(name) === input.value.trim().toLowerCase() || name === input.value.trim());
    if (!each) return;
    const own = state.shown.filter((name) => isLever(name) === (kind === "levers") && name !== each.name), rest = state.shown.filter((name) => isLever(name) !== (kind === "levers"));
    const kept = [...own.filter(isSet), ...own.filter((name) => !isSet(name))].slice(0, EACH - 1);
    input.value = "";
    apply({ ...state, shown: [...rest, ...kept, each.name] });
    $(`set-${each.name}`)?.focus();
  });
  return h("p", { class: "row" }, h("label", { for: id }, words), input, h("datalist", { id: `${id}-all` }, list.map(({ name }) => h("option", { value: t.plain(name) }))));
}
let controls = {}, refresh = {};
function build() {
  const copy = button("Copy link", async () => { await navigator.clipboard?.writeText(location.href).catch(() => {}); $("try-note").textContent = "The link in the address bar restores all of this."; });
  const group = (kind, legend, list) => h("fieldset", {}, h("legend", {}, legend), h("div", { id: `try-${kind}` }), finder(kind, list));
  const figure = (name) => h("figure", { id: `try-${name}` }, h("div", { id: `drawn-${name}` }));
  $("try").append(
    h("h2", { id: "try-title" }, "Try it: move a lever"),
    h("p", { class: "note" }, "The model itself runs here, on this machine, in the same worlds. Nothing is sent. What was written in this report stays as it is."),
    h("div", { class: "row live" }, button("Undo", () => go(past, future)), button("Redo", () => go(future, past)), button("Reset all", () => apply({ ...state, levers: {}, priors: {} })), copy),
    h("p", { id: "try-note", class: "quiet", role: "status" }),
    h("div", { class: "result" }, h("p", { id: "try-answer", class: "answer", "aria-live": "polite" }, "Move a lever, or scroll here: the first answer comes at once."),
      h("p", { class: "row" }, h("strong", { id: "try-word", class: "word" }), h("span", { id: "try-draws", class: "quiet" }))),
    h("div", { class: "sets" }, group("levers", `Policy: ${mine().label}`, spec.levers.filter(({ once }) => !once)), group("priors", "Assumptions", spec.parameters)),
    h("div", { class: "charts" }, figure("effect"), figure("worlds"), h("ul", { id: "try-costs", class: "cards" })),
  );
  $("try").setAttribute("aria-labelledby", "try-title");
  $("try").hidden = false;
  refresh = { effect: scrubber($("try-effect"), () => shown.effect), worlds: enliven($("try-worlds"), (index) => shown.worlds.said[index]) };
}
function render() {
  for (const kind of ["levers", "priors"]) {
    const names = state.shown.filter((name) => isLever(name) === (kind === "levers"));
    if (!same(names, Object.keys(controls[kind] ?? {}))) {
      controls[kind] = Object.fromEntries(names.map((name) => [name, control(name)]));
      $(`try-${kind}`).replaceChildren(...Object.values(controls[kind]).map(({ node }) => node));
    }
    Object.values(controls[kind]).forEach(({ show }) => show());
  }
}

// Answers: first from 8 draws, then from twice as many, and so on. A newer question ends an older one.

function ask() {
  if (shown?.done) ghost = { days: shown.effect.days, q50: shown.effect.q50 };
  verdict = null;
  $("try-answer").classList.add("pending");
  $("try-draws").textContent = t.say("draws", { done: 0, asked: data.draws }); // what still stands there is of the last setting
  const own = settings(), changed = [...Object.entries(state.levers).map(([name, value]) => `${t.plain(name)} ${t.told({ ...inputNamed(name), unit: "" }, value).trim()}`)];
  const labels = [reference().label, changed.length ? `${mine().name} (${changed.length > 2 ? `${changed.length} levers changed` : changed.join(", ")})` : mine().label];
  const wanted = { policies: [{ settings: reference().settings }, { settings: own }], priors: state.priors, draws: data.draws, seed: spec.seed, horizon: spec.horizon, fixed: data.fixed };
  const asked = ++turn;
  model.run(wanted, (result) => (result.error ? fail(result.error) : take(result, labels, () => asked !== turn)));
}
let latest = 0;
async function take(result, labels, stale) {
  const own = ++latest, over = () => stale() || own !== latest, found = t.foundIn(result, labels, spec.horizon);
  verdict = t.settled(found.change(1, t.HARM), found.done, verdict);
  tell(found, verdict.shown);
  if (!(await t.course(found, 1, over)) || over()) return;
  shown = { done: found.done, effect: t.effectData(found, 1, { ghost }), worlds: t.worldsData(found, 1) };
  for (const part of [() => paint("effect"), () => paint("worlds"), () => cost(found)]) {
    await t.pause();
    if (over()) return;
    part();
  }
}
function tell(found, estimate) {
  $("try-answer").textContent = t.sentence(found, estimate, 1);
  $("try-answer").classList.toggle("pending", estimate.preliminary);
  $("try-word").textContent = t.wordOf(estimate);
  $("try-word").className = `word ${t.lookOf(estimate)}`;
  $("try-draws").textContent = t.say("draws", { done: found.draws, asked: data.draws });
}
function paint(name) {
  const place = $(`drawn-${name}`), svg = draw[name]({ ...shown[name], narrow: place.clientWidth < 560 }), chosen = place.contains(document.activeElement) && document.activeElement.dataset.i;
  // A drawing is text that draw.js made of numbers and of words that it escaped; as XML it can hold nothing else.
  place.replaceChildren(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
  if (chosen) place.querySelector(`[data-i="${CSS.escape(chosen)}"]`)?.focus(); // the mark that had the focus keeps it
  refresh[name](name === "effect" && !$("try-effect").dataset.read && ($("try-effect").dataset.read = "yes"));
}
function cost(found) {
  const costs = t.costsOf(found, 1), card = (name, number, text) => h("li", { class: "card" }, h("h3", {}, name), h("span", { class: "number" }, number), h("p", {}, text));
  $("try-costs").replaceChildren(card("Delay of the first system", costs.delay, costs.refused || t.say("delay")), card("Lead over open weights", costs.lead, t.say("lead")),
    card("Customers lost", costs.customers, t.say("customers")), h("li", { class: "card" }, h("h3", {}, "Break-even"), h("p", {}, costs.even)));
}
function fail(message) {
  $("try").hidden = false;
  $("try").replaceChildren(h("p", { class: "note warning" }, `The model cannot run here: ${message} The report above and below is whole without it.`));
}
async function start() {
  enlivenAll();
  if (!data.module) return;
  t.begin(spec, null);
  state = begin();
  build();
  render();
  model = await lockgate.Model.of(data.module, spec);
  t.begin(spec, model);
  addEventListener("hashchange", () => { if (location.hash !== link()) open(location.hash); });
  if (location.hash.startsWith("#try=")) open(location.hash);
  else new IntersectionObserver(([{ isIntersecting }], watch) => { if (isIntersecting) { watch.disconnect(); if (!turn) ask(); } }).observe($("try"));
}
lockgate.state = () => state;
lockgate.started = start().catch((error) => fail(`${error.message}.`));
})();
