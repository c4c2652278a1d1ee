// What a page says of runs: sentences with their numbers, what a policy costs, and the data of drawings. Verdicts and intervals are the
// module's, sentences those of `spec.words`. `found` is what is known of some draws: see `foundIn`.
"use strict";
(() => {
const lockgate = (globalThis.lockgate = globalThis.lockgate || {});
const { draw } = lockgate;
const HARM = "model_enabled_harm", DELAY = "release_delay_days", LATE = "release_censored", PARITY = "open_parity_day", ACCESS = "access_forgone", WEEK = 7, SLICE = 10;
const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95], PARTS = ["mean", "low", "high", "q05", "q25", "q50", "q75", "q95"];
let spec, model;
const pause = () => new Promise((go) => setTimeout(go));
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const plain = (name) => name.replaceAll("_", " "), title = (name) => capital(plain(name));
const minus = (one, other) => one.map((value, place) => value - other[place]);
const zeros = (values) => new Float64Array(values.length);
const finite = (value) => typeof value === "number" && Number.isFinite(value);
function begin(...given) { [spec, model] = given; }

// An element. Foreign text becomes text, never markup; what is null, false or empty is left out.
const there = (kids) => kids.flat(9).filter((kid) => kid !== false && kid != null && kid !== "");
function h(tag, props, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value !== false && value != null && name !== "value") node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...there(kids));
  if (props?.value !== undefined) node.value = props.value;
  return node;
}

// Numbers and sentences.

const say = (name, fields = {}) => String(spec.words[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => fields[key] ?? "");
const inPercent = (share) => (share > 0 && share <= 0.005 ? "<1" : share >= 0.995 && share < 1 ? ">99" : draw.fixed(100 * share, 0));
// A mean, and its interval where there is one and it is wanted.
function spread({ mean, low, high }, factor, unit, full = true) {
  const [middle, one, other] = [mean, low, high].map((end) => end * factor), decimals = draw.apart(one, other, 1);
  const shown = `${draw.fixed(middle, decimals, true)} ${unit}`;
  return full && finite(one) ? `${shown} (${draw.fixed(one, decimals)} to ${draw.fixed(other, decimals)})` : shown;
}
function sizeOfMoney(value) {
  const sizes = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"], [1e3, "thousand"]];
  const [size, word] = sizes.find(([least]) => Math.abs(value) >= least) ?? [1, ""], scaled = Math.abs(value / size);
  return { size, word, decimals: scaled < 10 ? 2 : scaled < 100 ? 1 : 0 };
}
function money(value, like = value) { // in the unit, and with the decimals, of what it stands beside
  const { size, word, decimals } = sizeOfMoney(like);
  return `US$ ${draw.fixed(value / size, word ? decimals : 0)} ${word}`.trim();
}
function moneySpan({ mean, low, high }) { // a mean and its interval
  const widest = Math.max(...[mean, low, high].map(Math.abs)), { size, decimals } = sizeOfMoney(widest), shown = draw.apart(low / size, high / size, decimals);
  return say("interval", { mean: money(mean, widest), low: draw.fixed(low / size, shown), high: draw.fixed(high / size, shown) });
}
function digits(value) {
  if (!finite(value)) return "?";
  const whole = Number.isInteger(value);
  return whole || Math.abs(value) >= 1000 ? draw.fixed(value, whole ? 0 : 1) : draw.number(Number(value.toPrecision(3)), 9).replace("-", "−");
}
const isChoice = (each) => each.unit === "choice" && each.labels?.length > 0;
function told(each, value) {
  if (isChoice(each)) return plain(each.labels[value] ?? digits(value));
  if (each.type === "bool") return value ? "yes" : "no";
  return /^(share|chance)$/.test(each.unit) ? `${digits(100 * value)} %` : `${digits(value)} ${each.unit}`;
}
const wordOf = (estimate) => {
  const word = say(`word_${estimate.word}`) || estimate.word, side = estimate.direction === "same" ? "" : `: ${estimate.direction}`;
  return (estimate.preliminary ? say("word_preliminary", { word }) : word) + side;
};
const lookOf = (estimate) => (estimate.preliminary ? "unclear" : `${estimate.word} ${estimate.direction}`); // classes of the word
const sharesOf = (estimate) => say("shares", Object.fromEntries(["less", "same", "more"].map((side) => [side, inPercent(estimate[side])])));
// In percent of the reference's mean harm; in US$ where it has none.
function sizeOf(found, estimate, full = true) {
  const total = found.level(0, HARM).mean;
  return total > 0 ? spread(estimate, 100 / total, "%", full) : money(estimate.mean);
}
function sentence(found, estimate, place) {
  const fields = { policy: found.labels[place], reference: found.labels[0], draws: found.draws, days: found.horizon };
  const name = estimate.preliminary ? "preliminary" : estimate.direction === "same" ? estimate.word : `${estimate.word}_${estimate.direction}`;
  return say(name, { ...fields, size: sizeOf(found, estimate), shares: sharesOf(estimate) });
}
// A verdict is grey under 50 draws, and changes only when two answers in a row agree, or at the end. `before` is what this gave last.
function settled(estimate, done, before) {
  const last = wordOf(estimate), agreed = done || !before || before.shown.preliminary || before.last === last;
  return { last, shown: agreed ? estimate : { ...estimate, word: before.shown.word, direction: before.shown.direction } };
}

// What is known of some draws.

function foundIn(result, labels, horizon) {
  const kept = {}, keep = (name, make) => (kept[name] ??= make()), values = (place, name) => result.outcomes[name]?.[place];
  return {
    draws: result.draws, done: result.done, labels, horizon, effects: [], values, harmByWeek: result.harmByWeek,
    level: (place, name) => keep(`${place} ${name}`, () => model.estimate(values(place, name), zeros(values(place, name)), name)),
    // What a day of access may be worth for a policy to break even: harm avoided for each organisation-day that it costs.
    price: (place) => keep(`price ${place}`, () => {
      const { word } = model.estimate(values(place, HARM), values(0, HARM), HARM);
      return model.ratio(minus(values(0, HARM), values(place, HARM)), minus(values(place, ACCESS), values(0, ACCESS)), word === "clear");
    }),
    change: (place, name, base = 0) => keep(`${place} ${name} ${base}`, () => model.estimate(values(place, name), values(base, name), name)),
  };
}
// The course of a policy's effect, worked out in slices, so that the page is never held up; false where it was `over` before.
async function course(found, place, over = () => false) {
  const { harmByWeek, draws, horizon } = found, weeks = harmByWeek[0].length / draws, mine = new Float64Array(draws), base = new Float64Array(draws);
  const columns = { days: [0], dollars: [PARTS.map(() => 0)], words: [{ word: "same" }] };
  let began = performance.now();
  for (let week = 0; week < weeks; week++) {
    const last = week === weeks - 1; // whose sums differ from the totals by rounding, which would make draws differ that are the same
    for (let row = 0; row < draws; row++) {
      mine[row] = last ? found.values(place, HARM)[row] : mine[row] + harmByWeek[place][row * weeks + week];
      base[row] = last ? found.values(0, HARM)[row] : base[row] + harmByWeek[0][row * weeks + week];
    }
    const estimate = model.estimate(mine, base, HARM), [q05, q25, q50, q75, q95] = model.quantiles(minus(mine, base), SHARES);
    columns.days.push(last ? horizon : WEEK * (week + 1));
    columns.dollars.push([estimate.mean, estimate.high, estimate.low, q95, q75, q50, q25, q05].map((value) => -value));
    columns.words.push(estimate);
    if (performance.now() - began < SLICE) continue;
    await pause();
    began = performance.now();
    if (over()) return false;
  }
  found.effects[place] = columns;
  return true;
}
function costsOf(found, place, full = true) {
  const level = (name) => found.level(place, name).mean, change = (name) => found.change(place, name), late = level(LATE), delay = change(DELAY);
  const about = `${draw.fixed(delay.mean, 0, true)}`, requests = level("asked"), price = found.price(place);
  return {
    delay: late >= 1 ? say("not_public", { days: found.horizon }) : late > 0 ? say("delay_more", { days: about }) : `${about} days`,
    refused: requests > 0 ? say("refused", { share: `${inPercent(1 - level("complied") / requests)} %` }) : "",
    lead: spread(change("usable_lead_months"), 1, "months", full), customers: spread(change("customers_lost_share"), 100, "points", full),
    benefit: money(change("benefit_forgone").mean), even: say(`price_${price.word}`, { price: moneySpan(price) }),
  };
}
// The data of the drawing `effect`; `more` may hold further marks, a ghost, guesses and a title.
function effectData(found, place, more = {}) {
  const { days, dollars, words } = found.effects[place], total = found.level(0, HARM).mean, factor = total > 0 ? 100 / total : 1;
  const column = (number) => dollars.map((row) => (finite(row[number]) ? row[number] * factor : null)), clear = words.findIndex((each) => each.word === "clear");
  const median = ([name, text]) => ({ day: found.values(place, name) && model.quantiles(found.values(place, name), [0.5])[0], label: text });
  const inside = ({ day }) => finite(day) && day > 0 && day < found.horizon;
  const marks = [...[[DELAY, say("mark_public")], [PARITY, say("mark_parity")]].map(median), ...(more.marks ?? [])];
  return {
    days, ...Object.fromEntries(PARTS.map((name, number) => [name, column(number)])), unit: total > 0 ? `% of harm under ${found.labels[0]}` : "US$",
    reference: found.labels[0], above: "less harm", below: "more harm", marks: marks.filter(inside), ghost: more.ghost ?? null, guesses: more.guesses ?? [],
    title: more.title ?? say("chart", { policy: found.labels[place], reference: found.labels[0] }),
    alt: `${sentence(found, found.change(place, HARM), place)} ${clear > 0 ? `The difference is first clear on day ${days[clear]}.` : "On no day is the difference clear."}`,
  };
}
// At most one hundred worlds, evenly from the best to the worst, so that as many are on each side as in all of them.
function worldsOf(found, place) {
  const mine = found.values(place, HARM) ?? [], base = found.values(0, HARM), total = found.level(0, HARM).mean;
  const worlds = Array.from(mine, (harm, row) => ({ row, value: (100 * (harm - base[row])) / total })).filter(({ value }) => finite(value));
  const count = Math.min(100, worlds.length), ranked = worlds.sort((one, other) => one.value - other.value || one.row - other.row);
  return Array.from({ length: count }, (_, number) => ranked[Math.floor(((number + 0.5) * ranked.length) / count)]);
}
function worldLine(found, place, { row, value }) {
  const of = (name) => found.values(place, name)?.[row], count = (name, one, many) => of(name) > 0 && `${digits(of(name))} ${of(name) === 1 ? one : many}`;
  const when = finite(of(DELAY)) && (of(LATE) ? say("not_public", { days: found.horizon }) : `public after ${draw.fixed(of(DELAY), 0)} days`);
  const obeyed = of("asked") > 0 && of("complied") < of("asked") && `${of("complied")} of ${of("asked")} requests obeyed`;
  const parts = [`${draw.fixed(value, 1, true)} % harm`, when, obeyed, count("leaks", "leak", "leaks"), count("incidents", "incident", "incidents")];
  return `World ${row}: ${parts.filter(Boolean).join(", ")}.`;
}
function worldsData(found, place) {
  const list = worldsOf(found, place), refused = ({ row }) => found.values(place, "asked")?.[row] > 0 && found.values(place, "complied")?.[row] === 0;
  const text = say("worlds", { count: list.length });
  return {
    values: list.map(({ value }) => value), side: list.map(({ value }) => Math.sign(value)), hollow: list.map(refused), title: text,
    said: list.map((each) => worldLine(found, place, each)), alt: `${text}: ${sharesOf(found.change(place, HARM))}.`, unit: `% of harm under ${found.labels[0]}`,
  };
}
// Why a lever does nothing in a policy; nothing where it may do something. `at` gives the value of a lever by its name, on a day.
function needs({ clauses = [], needs: words }, at, days, horizon) {
  const holds = ([other, way, edge]) => days.map((day) => at(other, day)).some((value) => (way === "above" ? value > edge : value < Math.min(edge, horizon)));
  return clauses.every((clause) => clause.some(holds)) ? "" : say("needs", { needs: plain(words) });
}
lockgate.telling = {
  HARM, begin, costsOf, course, digits, effectData, finite, foundIn, h, inPercent, isChoice, lookOf, minus, money, needs, pause, plain, say, sentence,
  settled, sharesOf, sizeOf, spread, DELAY, LATE, PARITY, PARTS, WEEK, title, there, told, wordOf, worldLine, worldsData, worldsOf, zeros,
};
})();
