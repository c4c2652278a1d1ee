// Take it with you: the question as files of the program, numbers and charts.
import { effectData } from "./answer.js";
import { HARM, LOGNORMAL, MOST_NAME, PARTS, cleaned, digits, h, isChoice, say, spec, unique } from "./common.js";
import { $, button, head, holderOf, put, quiet } from "./elements.js";
import { known, valueOf } from "./inputs.js";
import { daysOf, isBuiltIn, label, library } from "./policies.js";
import { note } from "./render.js";
import { isReady } from "./runs.js";
import { asking, server } from "./server.js";
import { state, view } from "./state.js";

export function renderSave() {
  const ready = view.found?.done && isReady(view.found);
  const kinds = [["svg", "Chart (SVG)"], ["png", "Chart (PNG)"], ["csv", "Numbers (CSV)"], ["toml", "Policy (TOML)"], ["world", "Assumptions (TOML)"], ["command", "Command line"], ["python", "Python"]];
  put("save", head("Take it with you"), h("div", { class: "row" }, kinds.map(([kind, text]) => button("save", text, { disabled: !ready && /svg|png|csv/.test(kind) }, kind)),
    server && button("report", "Save report", { disabled: !ready })), quiet(say("saves")), note("save"));
  $("foot").textContent = foot();
}
export const foot = () => say("foot", {
  organisations: digits(valueOf("organisations")), world: spec.world.name, seed: state.seed, draws: state.draws, days: state.horizon, version: spec.version, stamp: spec.stamp,
});
export const fileName = (name) => name.normalize("NFKD").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, MOST_NAME) || "policy";
const quoted = (text) => JSON.stringify(cleaned(text));
const decimal = (value) => (Number.isInteger(value) ? `${value}.0` : String(value));
// A value as TOML has it, which is as Python has it but for yes and no.
function written(each, value) {
  if (isChoice(each)) return quoted(each.labels[value]);
  return each.type === "bool" ? String(!!value) : each.type === "int" ? String(value) : decimal(value);
}
const settingsOn = (policy, day) => policy.settings.filter(([when]) => when === day).map(([, number, value]) => [spec.levers[number].name, written(spec.levers[number], value)]);
// What the world has otherwise than the built-in one of its name, and what was changed here, as names and values or parts.
function assumptions() {
  const parts = (each, { middle, ...prior }) => ({ ...prior, ...(middle !== undefined && { [each.kind === LOGNORMAL ? "median" : "mode"]: middle }) });
  const mine = Object.fromEntries(Object.entries(state.priors).map(([name, prior]) => [name, "fix" in prior ? written(known(name), prior.fix) : parts(known(name), prior)]));
  const theirs = Object.entries(spec.world.changed ?? {}).map(([name, value]) => [name, typeof value === "object" ? value : typeof value === "string" ? quoted(value) : written(known(name), value)]);
  const flat = (value) => (typeof value === "string" ? value : Object.entries(value).map(([part, number]) => [part, Array.isArray(number) ? `[${number.map(decimal).join(", ")}]` : decimal(number)]));
  return Object.entries({ ...Object.fromEntries(theirs), ...mine }).map(([name, value]) => [name, flat(value)]);
}
const worldBase = () => (spec.world.built_in === false ? "baseline" : spec.world.name);
const worldFile = () => `${fileName(spec.world.name)}-changed.toml`;
function policyFile(policy) {
  const names = state.policies.map((each) => fileName(each.name)), mine = state.policies.indexOf(policy);
  return `${names[mine]}${names.indexOf(names[mine]) < mine ? `-${mine + 1}` : ""}.toml`;
}
function policyToml(policy) {
  const set = (day) => settingsOn(policy, day).map(([name, value]) => `${name} = ${value}`);
  const summary = isBuiltIn(policy) ? library(policy.base).summary : `${label(policy)}, set in the page`;
  return [`summary = ${JSON.stringify(summary)}`, "", "[levers]", ...set(0), ...daysOf(policy).flatMap((day) => ["", "[[timeline]]", `day = ${day}`, ...set(day)]), ""].join("\n");
}
function worldToml() {
  const line = ([name, value]) => `${name} = ${typeof value === "string" ? value : `{ ${value.map((part) => part.join(" = ")).join(", ")} }`}`;
  return [`summary = ${quoted(`${spec.world.name}, changed`)}`, `extends = ${quoted(worldBase())}`, "", "[parameters]", ...assumptions().map(line), ""].join("\n");
}
function commandLine() {
  const policies = state.policies.map((policy) => (isBuiltIn(policy) ? policy.name : policyFile(policy))).join(" "), world = assumptions().length ? worldFile() : spec.world.name;
  return `lockgate compare ${policies} --world ${world} --draws ${state.draws} --seed ${state.seed} --horizon ${state.horizon}\n`;
}
function pythonCode() {
  const value = (text) => ({ true: "True", false: "False" })[text] ?? text, table = (pairs) => `{${pairs.map(([name, text]) => `"${name}": ${typeof text === "string" ? value(text) : table(text)}`).join(", ")}}`;
  const names = asking().policies.map(({ name }) => name), policy = (each, place) =>
    `    Policy(${quoted(names[place])}, ${table(settingsOn(each, 0))}, [${daysOf(each).map((day) => `(${day}, ${table(settingsOn(each, day))})`).join(", ")}]),`;
  return ["import lockgate", "from lockgate import Policy", "from lockgate.scenarios import load_world, with_parameters", "", "policies = [", ...state.policies.map(policy), "]",
    `world = with_parameters(load_world(${quoted(worldBase())}), ${table(assumptions())})`,
    `results = lockgate.compare(policies, world, draws=${state.draws}, seed=${state.seed}, horizon_days=${state.horizon})`, "print(results)", ""].join("\n");
}
function numbersCsv() {
  const found = view.found, place = state.chosen, data = effectData(found, place), base = found.values(0, HARM);
  const cell = (text) => (typeof text === "string" ? `"${text.replace(/^[=+@\t-]/, "'$&").replaceAll('"', '""')}"` : text ?? ""); // no formula
  const effect = [["policy", "reference", "unit", "day", ...PARTS], ...data.days.map((day, row) => [found.labels[place], found.labels[0], data.unit, day, ...PARTS.map((part) => data[part][row])])];
  const worlds = base ? [[], ["policy", "world", "harm", "harm_under_reference"], ...found.labels.flatMap((name, which) => Array.from(found.values(which, HARM), (harm, row) => [name, row, harm, base[row]]))] : [];
  return [...effect, ...worlds].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
// The chart as a file of its own, with the page's rules for charts and the colours that the reader sees.
function chartFile() {
  const svg = holderOf("effect").firstChild.cloneNode(true), seen = getComputedStyle(document.documentElement), style = document.createElementNS(svg.namespaceURI, "style");
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]), names = unique(rules.flatMap((rule) => rule.cssText.match(/--[\w-]+/g) ?? []));
  const colours = names.map((name) => `${name}:${seen.getPropertyValue(name)}`).join(";"), [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
  style.textContent = `svg{${colours};background:var(--paper)}${rules.filter((rule) => rule.selectorText?.includes(".chart")).map((rule) => rule.cssText).join("")}`;
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.prepend(style);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}
async function chartImage() {
  const { text, width, height } = chartFile(), image = new Image(), canvas = h("canvas", { width: 2 * width, height: 2 * height }), context = canvas.getContext("2d");
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
export const SAVES = {
  svg: (name) => [`${name}.svg`, chartFile().text, "image/svg+xml"], png: async (name) => [`${name}.png`, await chartImage()], csv: (name) => [`${name}.csv`, numbersCsv(), "text/csv"],
  toml: () => [policyFile(state.policies[state.chosen]), policyToml(state.policies[state.chosen]), "application/toml"], world: () => [worldFile(), worldToml(), "application/toml"],
  command: () => ["compare.txt", commandLine(), "text/plain"], python: () => ["compare.py", pythonCode(), "text/x-python"],
};
export function save(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type: type ?? content.type })), anchor = h("a", { href: address, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
