"use strict";
// The drawings of experiments/report/drawing, function by function: the same data give the same text. What each takes is said there.
(() => {
const lockgate = (globalThis.lockgate = globalThis.lockgate || {});
const SIZE = 13, LINE = 18, BOLD = 1.15;
const WIDTHS = "3241468464967828404050843237323464646464646464646464343484848454996969707864587876303066568775796179706462746999696269" +
  "403440845050626455646236646428285828986462646442534064608260605364346484";
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]/gu;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const finite = (value) => typeof value === "number" && Math.abs(value) < 1e12;
const range = (count, first = 0) => Array.from({ length: Math.max(0, count) }, (_, place) => first + place);
const largest = (values) => values.reduce((most, value) => (value > most ? value : most), values[0]);
const least_of = (values) => values.reduce((least, value) => (value < least ? value : least), values[0]);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const list = (data, name) => data[name] || [];

function digits(value, decimals) {
  let kept = 0, size = 1;
  while (kept < decimals && Math.abs(value) * size < 1e13) { kept += 1; size *= 10; }
  const found = String(Math.floor(Math.abs(value) * size + 0.5)).padStart(kept + 1, "0");
  return [found.slice(0, found.length - kept), found.slice(found.length - kept)];
}
function number(value, decimals = 2) {
  const [whole, part] = digits(value, decimals), said = part ? `${whole}.${part}`.replace(/\.?0+$/, "") : whole;
  return value < 0 && said !== "0" ? `-${said}` : said;
}
function fixed(value, decimals, signed = false) {
  const [whole, part] = digits(value, decimals), sign = /^0*$/.test(whole + part) ? "" : value < 0 ? "−" : signed && value > 0 ? "+" : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}
// So many decimals that no end of an interval looks like 0 where the interval is without it, nor like its other end.
function apart(low, high, decimals) {
  const near = Math.min(Math.abs(low), Math.abs(high));
  if (near > 0 && (low > 0 || high < 0)) decimals = Math.max(decimals, Math.min(12, Math.ceil(-Math.log10(1.99 * near))));
  while (low < high && decimals < 4 && fixed(low, decimals) === fixed(high, decimals)) decimals += 1;
  return decimals;
}
const words = (said) => (typeof said === "string" ? said : finite(said) ? number(said) : "");
const escape = (said) => said.replace(UNSEEN, "\ufffd").replace(/[&<>"']/g, (mark) => ENTITIES[mark]);
function width_of(mark) {
  const code = mark.codePointAt(0), place = 2 * (code - 32);
  if (code >= 32 && code < 127) return Number(WIDTHS.slice(place, place + 2));
  return mark === "−" ? 84 : code < 0x250 ? 75 : code < 0x2c00 ? 100 : 140;
}
const width = (said, size = SIZE) => ([...said].reduce((total, mark) => total + width_of(mark), 0) * size) / 100;
function cut(said, room, size = SIZE) {
  if (width(said, size) <= room) return said;
  let left = room - width("…", size);
  const marks = [...said], end = marks.findIndex((mark) => (left -= width(mark, size)) < 0);
  return marks.slice(0, end < 0 ? marks.length : end).join("").replace(/ +$/, "") + "…";
}
function wrap(said, room, most, size = SIZE) {
  const lines = [];
  let line = "";
  for (const word of said.split(" ")) {
    const longer = line ? `${line} ${word}` : word, full = line && width(longer, size) > room;
    if (full) lines.push(line);
    line = full ? word : longer;
  }
  lines.push(line);
  if (lines.length > most) lines.push(lines.splice(most - 1).join(" "));
  return lines.map((each) => cut(each, room, size));
}
function ticks(low, high, most) {
  if (!(low < high)) return [[low], 0];
  const least = (high - low) / Math.max(1, most);
  let step = 1, decimals = 0, size = 1;
  while (step < least) step *= 10;
  while (step / 10 >= least) step /= 10;
  step = step / 5 >= least ? step / 5 : step / 2 >= least ? step / 2 : step;
  while (step * size < 0.99) { size *= 10; decimals += 1; }
  const first = Math.ceil(low / step - 1e-9);
  return [range(Math.floor(high / step + 1e-9) + 1 - first, first).map((place) => step * place), decimals];
}
function finer(low, high) {
  let decimals = 0, size = (high - low) / 30;
  while (size < 1 && decimals < 6) { size *= 10; decimals += 1; }
  return decimals;
}
function span(values, room = 0.05) {
  const known = [0, ...values.filter(finite)], flat = largest(known) - least_of(known) < 1e-6 ? 1 : 0;
  const low = least_of(known) - flat, high = largest(known) + flat;
  return [low - room * (high - low), high + room * (high - low)];
}
function scale(low, high, start, end, log = false) {
  if (!log) return (value) => start + ((value - low) / (high - low)) * (end - start);
  const inner = scale(Math.log(low), Math.log(high), start, end);
  return (value) => inner(Math.log(value));
}
function runs(...columns) {
  const found = [[]];
  for (const place of range(Math.min(...columns.map((column) => column.length)))) {
    const row = columns.map((column) => column[place]);
    if (row.every(finite)) found[found.length - 1].push(row);
    else if (found[found.length - 1].length) found.push([]);
  }
  return found.filter((run) => run.length);
}

const attribute = (name, value) => (value ? ` ${name}="${escape(value)}"` : "");
const hint = (said) => (said ? `<title>${escape(said)}</title>` : "");
function text(x, y, said, look = "", anchor = "", room = 0) {
  const shown = room ? cut(said, room) : said, whole = shown !== said ? hint(said) : "";
  const looks = attribute("text-anchor", anchor) + attribute("class", look);
  return `<text x="${number(x)}" y="${number(y)}"${looks}>${whole}${escape(shown)}</text>`;
}
const path = (look, shape, said = "", index = "") =>
  shape ? `<path class="${look}"${attribute("data-i", index)} d="${shape}">${hint(said)}</path>` : "";
const line = (look, x0, y0, x1, y1) => path(look, `M${number(x0)} ${number(y0)}L${number(x1)} ${number(y1)}`);
const joined = (points) => "M" + points.map(([x, y]) => `${number(x)} ${number(y)}`).join("L");
const box = (x0, y0, x1, y1) => `M${number(x0)} ${number(y0)}H${number(x1)}V${number(y1)}H${number(x0)}Z`;
function symbol(kind, x, y, r) {
  const arc = `A${number(r)} ${number(r)} 0 1 1 `;
  if (kind === "circle") return `M${number(x - r)} ${number(y)}${arc}${number(x + r)} ${number(y)}${arc}${number(x - r)} ${number(y)}Z`;
  if (kind === "triangle") return joined([[x, y - 1.1 * r], [x + 1.1 * r, y + 0.85 * r], [x - 1.1 * r, y + 0.85 * r]]) + "Z";
  if (kind === "diamond") return joined([[x, y - 1.25 * r], [x + 1.25 * r, y], [x, y + 1.25 * r], [x - 1.25 * r, y]]) + "Z";
  const half = kind === "square" ? 0.85 * r : 0.35 * r;
  return box(x - 0.85 * r, y - half, x + 0.85 * r, y + half);
}
function hatch(kind, x0, y0, x1, y1, gap = 6) {
  const lines = (low, high, draw, first = Math.ceil(low / gap)) =>
    range(Math.ceil(high / gap) - first, first).map((place) => draw(gap * place)).join("");
  const stroke = (a, b, c, d) => `M${number(a)} ${number(b)}L${number(c)} ${number(d)}`;
  if (kind === "-") return lines(y0, y1, (at) => `M${number(x0)} ${number(at)}H${number(x1)}`);
  if (kind === "|") return lines(x0, x1, (at) => `M${number(at)} ${number(y0)}V${number(y1)}`);
  const rising = (at, a = Math.max(x0, at - y1), b = Math.min(x1, at - y0)) => stroke(a, at - a, b, at - b);
  const falling = (at, a = Math.max(x0, at + y0), b = Math.min(x1, at + y1)) => stroke(a, a - at, b, b - at);
  return kind === "/" ? lines(x0 + y0, x1 + y1, rising) : kind === "\\" ? lines(x0 - y1, x1 - y0, falling) : "";
}
const page = (data) => (data.narrow ? 340 : 720);
function head(data) {
  const title = words(data.title), lines = title ? wrap(title, page(data), 5, 15 * BOLD) : [];
  return [lines.map((each, place) => text(0, 15 + 20 * place, each, "title")), 20 * lines.length];
}
function key(items, left, right, top) {
  let x = left, y = top + LINE / 2;
  const parts = items.map(([draw, said]) => {
    const need = 26 + width(said);
    if (x > left && x + need > right) { x = left; y += LINE; }
    const entry = draw(x, y) + text(x + 26, y + 4.5, said, "", "", right - x - 26);
    x += need + 16;
    return entry;
  });
  return [parts, y + LINE / 2];
}
function swatch(look, kind = "") {
  if (kind === "line") return (x, y) => line(look, x, y, x + 20, y);
  if (["", "/", "\\", "-", "|"].includes(kind))
    return (x, y) => path(look, box(x, y - 6, x + 20, y + 6)) + path("hatch", hatch(kind, x, y - 6, x + 20, y + 6));
  return (x, y) => path(look, symbol(kind, x + 10, y, 6));
}
function across(places, y, right) {
  let end = -1e9;
  return places.map(([x, said]) => {
    const half = width(said) / 2, middle = Math.min(Math.max(x, half), right - half);
    if (middle - half < end) return "";
    end = middle + half + 8;
    return text(middle, y, said, "", "middle");
  });
}
function levels(low, high) {
  const [steps, decimals] = ticks(low, high, 5), found = steps.map((step) => [step, fixed(step, decimals)]);
  return [found, 8 + largest(found.map(([, label]) => width(label)))];
}
const grid = (found, y, left, right) => found.map(([step, label]) =>
  line("grid", left, y(step), right, y(step)) + text(left - 6, y(step) + 4.5, label, "", "end"));
const day_places = (first, last, most, x) =>
  ticks(first, last, most)[0].map((day, place) => [x(day), (place ? "" : "day ") + fixed(day, 0)]);
function below(said, data, y) {
  const lines = wrap(said, page(data), 2);
  return [lines.map((each, place) => text(0, y + 16 * place, each, "quiet")), y + 16 * (lines.length - 1)];
}
function keyed(data, kind, parts, items, top) {
  const [entries, end] = key(items, 0, page(data), top);
  return figure(data, kind, end + 4, [parts, entries]);
}
function figure(data, kind, height, parts) {
  const title = words(data.title) || kind, about = words(data.alt) ? `<desc>${escape(words(data.alt))}</desc>` : "";
  const look = `class="chart ${kind} ${data.narrow ? "narrow" : "wide"}" viewBox="0 0 ${number(page(data))} ${number(height)}"`;
  const start = `<svg xmlns="http://www.w3.org/2000/svg" ${look} font-size="13" role="img">`;
  return `${start}<title>${escape(title)}</title>${about}${parts.flat(9).join("")}</svg>`;
}
function nothing(data, kind) {
  const [parts, top] = head(data);
  return figure(data, kind, top + 60, [parts, text(0, top + 34, "There is nothing to draw.", "quiet")]);
}
function plot(left, top, right, bottom, ...ends) {
  const place = `x="${number(left)}" y="${number(top)}" width="${number(right - left)}" height="${number(bottom - top)}"`;
  const finest = ([one, other]) => 2 + finer(Math.min(one, other), Math.max(one, other));
  const edges = ends.map((edge, at) => number(edge, finest(at < 2 ? ends : ends.slice(2))));
  return `<rect class="plot" ${place} data-box="${[...[left, top, right, bottom].map((edge) => number(edge)), ...edges].join(" ")}"/>`;
}

// effect
const trace = (look, days, values, x, y) =>
  path(look, runs(days, values).map((run) => joined(run.map(([a, b]) => [x(a), y(b)]))).join(""));
const area = (look, days, low, high, x, y) => path(look, runs(days, low, high).map((run) =>
  joined([...run.map(([a, , c]) => [x(a), y(c)]), ...run.map(([a, b]) => [x(a), y(b)]).reverse()]) + "Z").join(""));
function effect(data) {
  const days = list(data, "days"), ghost = data.ghost || {}, narrow = data.narrow, known = [...days].filter(finite);
  const guesses = list(data, "guesses").filter((each) => finite(each.day) && finite(each.value));
  const columns = ["q05", "q95", "q25", "q75", "q50", "low", "high", "mean"].map((name) => list(data, name));
  if (!known.length || !columns.some((column) => runs(days, column).length)) return nothing(data, "effect");
  const [parts, start] = measured(data), first = least_of([0, ...known]), last = largest([1, ...known]), right = page(data) - 6;
  const [least, most] = span([...columns.flatMap((each) => [...each]), ...list(ghost, "q50"), ...guesses.map((each) => each.value)]);
  const before = [...list(ghost, "days")].map((day) => (finite(day) && first <= day && day <= last ? day : null));
  const [steps, left] = levels(least, most), x = scale(first, last, left, right), flags = flags_of(data, x, left, right, first, last);
  const top = start + 22 + LINE * (1 + largest([-1, ...flags.map((flag) => flag.row)])), bottom = top + (narrow ? 230 : 270);
  const y = scale(least, most, bottom, top), places = day_places(first, last, narrow ? 5 : 9, x);
  const guess = ({ day, value, label }, place) =>
    path("guess", symbol("diamond", clamp(x(day), left, right), y(value), 6), words(label), `g${place}`);
  parts.push(
    plot(left, top, right, bottom, first, last, most, least), grid(steps, y, left, right),
    area("band90", days, columns[0], columns[1], x, y), area("band50", days, columns[2], columns[3], x, y),
    line("zero", left, y(0), right, y(0)), trace("ghost", before, list(ghost, "q50"), x, y), trace("median", days, columns[4], x, y),
    means(days, columns[7], columns[5], columns[6], x, y, narrow ? 5 : 8),
    flags.map((flag) => drawn(flag, top, bottom)), guesses.map(guess),
    sides(data, flags.map((flag) => flag.x), left, top, right, bottom, y(0)),
    line("axis", left, bottom, right, bottom), across(places, bottom + 16, page(data)),
  );
  const items = [
    [(a, b) => line("interval", a + 10, b - 9, a + 10, b + 9) + path("mean", symbol("circle", a + 10, b, 4)), "mean and its 95 % interval"],
    [swatch("median", "line"), "median world"], [swatch("band50"), "50 % of worlds"], [swatch("band90"), "90 % of worlds"],
    [swatch("zero", "line"), reference(data)],
  ];
  if (list(ghost, "q50").length) items.push([swatch("ghost", "line"), "median, last setting"]);
  if (guesses.length) items.push([swatch("guess", "diamond"), "guesses"]);
  return keyed(data, "effect", parts, items, bottom + 24);
}
function means(days, mean, low, high, x, y, most) {
  const rows = runs(days, mean, range(days.length)).flat(), index = (place) => rows.length - 1 - Math.floor((rows.length * place) / most);
  return range(most).filter((place) => rows.length && (!place || index(place) !== index(place - 1))).map((place) => {
    const [day, value, row] = rows[index(place)], ends = runs(low.slice(row, row + 1), high.slice(row, row + 1)).flat();
    const said = ends.map(([bottom, top]) => `, 95 % interval ${fixed(bottom, 2)} to ${fixed(top, 2)}`).join("");
    return ends.map(([bottom, top]) => line("interval", x(day), y(bottom), x(day), y(top))).join("") +
      path("mean", symbol("circle", x(day), y(value), 4), `day ${words(day)}: mean ${fixed(value, 2)}${said}`, words(row));
  });
}
function in_the_way(other, row, place, start, end) {
  if (other.row === row) return other.start < end + 6 && start < other.end + 6;
  return other.row > row ? start + 1 < other.x && other.x < end - 1 : other.row >= 0 && other.start + 1 < place && place < other.end - 1;
}
function flags_of(data, x, left, right, first, last) {
  const flags = [], marks = list(data, "marks").map((each, index) => ({ day: each.day, said: words(each.label), index }))
    .filter(({ day }) => finite(day) && first <= day && day <= last);
  for (const { day, said, index } of marks.sort((one, other) => other.day - one.day || one.index - other.index)) {
    const place = x(day), turned = place + 5 + width(said) > right && place - left > right - place;
    const shown = cut(said, (turned ? place - left : right - place) - 5), end = turned ? place : place + 5 + width(shown);
    const start = turned ? place - 5 - width(shown) : place, rows = range(6).concat(-1);
    const row = rows.find((row) => row < 0 || !flags.some((other) => in_the_way(other, row, place, start, end)));
    flags.push({ index, x: place, row, start, end, turned, shown, said });
  }
  return flags;
}
function drawn(flag, top, bottom) {
  const y = top - LINE * flag.row, shape = `M${number(flag.x)} ${number(bottom)}V${number(flag.row >= 0 ? y - LINE : top)}`;
  const label = () => text(flag.turned ? flag.x - 4 : flag.x + 4, y - 5, flag.shown, "", flag.turned ? "end" : "");
  return path("mark", shape, flag.said, `m${flag.index}`) + (flag.row >= 0 ? label() : "");
}
function measured(data) {
  const [parts, top] = head(data), unit = words(data.unit), zero = `0: ${reference(data)}`;
  const lines = wrap(unit ? `${unit}; ${zero}` : zero, page(data), 3);
  return [[...parts, ...lines.map((said, place) => text(0, top + 16 + 16 * place, said, "quiet"))], top + 16 * (lines.length - 1)];
}
function reference(data) {
  const name = words(data.reference) || (words(data.unit).split(" under ")[1] || "").split(" to day ")[0];
  return name ? `same as ${name}` : "no difference";
}
function sides(data, taken, left, top, right, bottom, zero) {
  return [["↑", "above", top + 15, zero - top], ["↓", "below", bottom - 8, bottom - zero]].map(([arrow, name, y, room]) => {
    const said = `${arrow} ${cut(words(data[name]), 0.4 * (right - left))}`;
    const crossed = taken.some((x) => left < x && x < left + 10 + width(said));
    if (!words(data[name]) || room <= 24) return "";
    return crossed ? text(right - 4, y, said, "over", "end") : text(left + 4, y, said, "over");
  });
}

// worlds
const LEAST = 19;
const SIDES = [[-1, "less", "circle"], [0, "same", "bar"], [1, "more", "triangle"]];
const side_of = (side) => (!finite(side) || side === 0 ? 0 : side < 0 ? -1 : 1);
function worlds(data) {
  const [values, side, hollow] = ["values", "side", "hollow"].map((name) => list(data, name)), count = Math.min(values.length, side.length);
  if (!count) return nothing(data, "worlds");
  const [in_row, most] = data.narrow ? [10, 23] : [20, 25], [parts, start] = head(data), decimals = finer(...span([...values], 0));
  const sides = side.slice(0, count).map(side_of), outcome = words(data.outcome) || "harm", unit = words(data.unit) || "% of the reference";
  const [found, after] = key(SIDES.map(([value, look, shape]) => {
    const said = `${fixed(sides.filter((each) => each === value).length, 0)} ${look}`;
    return [swatch(look, shape), look === "same" ? said : `${said} ${outcome}`];
  }), 0, page(data), start + 6), top = after + 4;
  parts.push(found);
  const mark = (index, x, y, [, look, shape] = SIDES[sides[index] + 1]) =>
    path(`world ${look}${hollow[index] ? " hollow" : ""}`, symbol(shape, x, y, 8), words(list(data, "said")[index]), words(index));
  const rows = range(Math.ceil(count / in_row)).map((place) => range(Math.min(in_row, count - in_row * place), in_row * place));
  const labels = rows.map((row) => {
    const ends = [values[row[0]], values[row.at(-1)]].filter(finite).map((value) => fixed(value, decimals, true));
    return ends.length ? [...new Set(ends)].join(" to ") + (unit.split(" ")[0] === "%" ? " %" : "") : "not known";
  });
  const pitch = clamp(Math.floor((page(data) - 8 - largest(labels.map((said) => width(said)))) / in_row), LEAST, most);
  rows.forEach((row, place) => {
    const y = top + pitch * place + pitch / 2;
    parts.push(row.map((index) => mark(index, pitch * (index - row[0]) + pitch / 2, y)));
    parts.push(text(pitch * in_row + 8, y + 4.5, labels[place], "quiet", "", page(data) - pitch * in_row - 8));
  });
  let bottom = top + pitch * Math.ceil(count / in_row) + 4;
  for (const said of wrap(`The best world first. Beside each row: its first and its last world, ${unit}.`, page(data), 3))
    parts.push(text(0, (bottom += 16), said, "quiet"));
  if (![...hollow].some(Boolean)) return figure(data, "worlds", bottom + 6, parts);
  const entry = [swatch("more hollow", "triangle"), words(data.refused) || "hollow: the policy is refused"];
  const [entries, end] = key([entry], 0, page(data), bottom + 6);
  return figure(data, "worlds", end + 6, [parts, entries]);
}

// whiskers
const SHAPES = { clear: "circle", leaning: "diamond", unclear: "square", same: "bar" };
const word_of = (row) => (Object.hasOwn(SHAPES, words(row.word)) ? row.word : "unclear");
function look_of(row) {
  const side = words(row.direction) || (row.mean < 0 ? "less" : "more"), word = word_of(row);
  return (word === "clear" || word === "leaning") && (side === "less" || side === "more") ? `${word} ${side}` : word;
}
function told(row, decimals) {
  const { mean, low, high } = row;
  if (!finite(low) || !finite(high)) return fixed(mean, decimals);
  decimals = apart(low, high, decimals);
  return `${fixed(mean, decimals)} (${fixed(low, decimals)} to ${fixed(high, decimals)})`;
}
function whisker(row, place, note, along, other, flat) {
  if (!finite(row.mean)) return "";
  const at = (value) => (flat ? [along(value), other] : [other, along(value)]);
  const bar = finite(row.low) && finite(row.high) ? line("interval", ...at(row.low), ...at(row.high)) : "";
  const said = `${words(row.label)}: ${note}, ${word_of(row)}`;
  return bar + path(`verdict ${look_of(row)}`, symbol(SHAPES[word_of(row)], ...at(row.mean), 6), said, words(place));
}
function row_text(row, note, y, left, narrow, right) {
  const word = finite(row.mean) ? word_of(row) : "", room = width(word, BOLD * 13) + 6, label = words(row.label);
  const numbers = note.split(" (")[0];
  if (narrow) {
    const cut_label = text(0, y - 10, label, "over", "", Math.max(20, right - room - width(numbers) - 10));
    return [cut_label, text(right, y - 10, word, `over strong word ${word}`, "end"), text(right - room, y - 10, numbers, "over", "end")];
  }
  const lines = wrap(label, left - 10, 2), first = y + 4.5 - 8 * (lines.length - 1);
  const written = lines.map((each, place) => text(0, first + 16 * place, each));
  return [written, text(right - room, y + 4.5, note, "", "end"), text(right, y + 4.5, word, `strong word ${word}`, "end")];
}
const shade_end = (data, otherwise) => (data.shade && finite(data.shade.to) ? data.shade.to : otherwise);
const shaded = (data, left, top, right, bottom) => !data.shade || left >= right ? []
  : [path("shade", box(left, top, right, bottom)), path("hatch", hatch("/", left, top, right, bottom, 9))];
function closed(data, parts, top) {
  const seen = list(data, "rows").filter((row) => finite(row.mean)).map(word_of);
  const items = Object.keys(SHAPES).filter((word) => seen.includes(word)).map((word) => [swatch(`verdict ${word}`, SHAPES[word]), word]);
  items.push([swatch("interval", "line"), "95 % interval of the mean"]);
  if (data.shade) items.push([swatch("shade", "/"), words(data.shade.label)]);
  return keyed(data, "whiskers", parts, items, top);
}
const ends_of = (data) => span(list(data, "rows").flatMap((row) => [row.mean, row.low, row.high]));
function by_labels(data) {
  const rows = list(data, "rows"), narrow = data.narrow, widest = (said) => largest(said.map((each) => width(each)));
  const [parts, top] = head(data), right = page(data) - 8, [least, most] = ends_of(data), decimals = finer(least, most);
  const notes = rows.map((row) => (finite(row.mean) ? told(row, decimals) : "not known"));
  const shown = widest(notes) <= 280 ? notes : notes.map((note) => note.split(" (")[0]);
  const left = narrow ? 8 : Math.min(220, 12 + widest(rows.map((row) => words(row.label))));
  const end = Math.max(narrow ? right : right - 14 - widest(shown) - width("unclear", BOLD * 13), left + 120);
  const x = scale(least, most, left, end), above = top + 24, pitch = narrow ? 54 : 36, bottom = above + pitch * rows.length + 6;
  const [steps, coarse] = ticks(least, most, (end - left) / 70), places = steps.map((step) => [x(step), fixed(step, coarse)]);
  const zero = reference(data), half = Math.min(width(zero), page(data) - 8) / 2;
  const [measure, last] = below(words(data.unit), data, bottom + 34);
  parts.push(
    plot(left, above, end, bottom, least, most, 0, rows.length),
    shaded(data, Math.max(x(0), left), above, Math.min(x(shade_end(data, most)), end), bottom),
    places.map(([at]) => line("grid", at, above, at, bottom)), line("zero", x(0), above - 4, x(0), bottom),
    text(Math.min(Math.max(x(0), half), page(data) - half), above - 9, zero, "quiet", "middle", 2 * half + 1),
    rows.map((row, place, _, y = above + pitch * place + pitch / 2 + 3) =>
      [row_text(row, shown[place], y, left, narrow, page(data)), whisker(row, place, notes[place], x, narrow ? y + 8 : y, true)]),
    line("axis", left, bottom, end, bottom), across(places, bottom + 16, page(data)), measure,
  );
  return closed(data, parts, last + 8);
}
function day_of(row) {
  const found = words(row.label).match(/[0-9]{1,6}/);
  return finite(row.day) && row.day >= 0 ? row.day : found ? Number(found[0]) : null;
}
function by_days(data) {
  const rows = list(data, "rows"), [least, most] = ends_of(data), [parts, top] = measured(data), [steps, left] = levels(least, most);
  const right = page(data) - 8, above = top + 26, bottom = above + (data.narrow ? 220 : 250);
  const days = rows.map(day_of), known = days.filter(finite), last = largest([1, shade_end(data, 0), ...known]) * 1.06;
  const x = scale(-0.05 * last, last, left, right), y = scale(least, most, bottom, above);
  const places = [...new Set(known)].sort((a, b) => a - b).map((day) => [x(day), words(day)]), note = finer(least, most);
  parts.push(
    plot(left, above, right, bottom, -0.05 * last, last, most, least), shaded(data, x(0), above, x(shade_end(data, 0)), bottom),
    grid(steps, y, left, right), line("zero", left, y(0), right, y(0)),
    rows.map((row, place) => finite(days[place]) && finite(row.mean) ? whisker(row, place, told(row, note), y, x(days[place]), false) : ""),
    sides(data, known.map(x), left, above, right, bottom, y(0)),
    line("axis", left, bottom, right, bottom), places.map(([at]) => line("axis", at, bottom, at, bottom + 4)),
    across(places, bottom + 18, page(data)), text((left + right) / 2, bottom + 36, "days", "quiet", "middle"),
  );
  return closed(data, parts, bottom + 44);
}
function whiskers(data) {
  if (!list(data, "rows").some((row) => finite(row.mean))) return nothing(data, "whiskers");
  return data.x === "days" ? by_days(data) : by_labels(data);
}

// flip_map
const SIGNS = { less: "−", more: "+" }, HERE = "we think we are here";
function flip_map(data) {
  const xs = [...list(data, "xs")], ys = [...list(data, "ys")], inside = (at, edges) => finite(at) && edges[0] <= at && at <= edges.at(-1);
  const rising = (name, edges) => edges.length > 1 && edges.every((edge, place) => finite(edge) && (!place || edge > edges[place - 1])) &&
    !(data[name].log && edges[0] <= 0);
  if (!rising("x", xs) || !rising("y", ys)) return nothing(data, "flip_map");
  const ticks_of = (name, edges) => list(data[name], "ticks")
    .map((each) => (finite(each) ? [each, words(each)] : [each.at, words(each.label)]))
    .filter(([at]) => inside(at, edges)).sort((a, b) => a[0] - b[0]);
  const label_of = ({ label, unit }) => (words(unit) ? `${words(label)} (${words(unit)})` : words(label));
  const [parts, start] = head(data), y_ticks = ticks_of("y", ys), top = start + 32, bottom = start + 32 + (data.narrow ? 290 : 360);
  const left = 10 + largest([8, ...y_ticks.map(([, said]) => Math.min(width(said), 0.3 * page(data)))]), right = page(data) - 10;
  const x = scale(xs[0], xs.at(-1), left, right, data.x.log), y = scale(ys[0], ys.at(-1), bottom, top, data.y.log);
  const [found, taken] = prior(data, xs, ys, x, y, left, top, right, bottom);
  const x_ticks = ticks_of("x", xs).map(([at, said]) => [x(at), cut(said, 0.3 * page(data))]);
  const within = (points) => runs(points.map(([a, b]) => (inside(a, xs) && inside(b, ys) ? a : null)), points.map(([, b]) => b));
  const turn = list(data, "line").flatMap(within).map((run) => joined(run.map(([a, b]) => [x(a), y(b)]))).join("");
  let end = 1e9;
  parts.push(
    text(0, top - 12, `↑ ${label_of(data.y)}`, "quiet", "", page(data)),
    plot(left, top, right, bottom, xs[0], xs.at(-1), ys.at(-1), ys[0]),
    cells(data, xs, ys, x, y, taken), path("frame", box(left, top, right, bottom)), path("casing", turn), path("turn", turn), found,
    y_ticks.map(([at, said]) => (end - y(at) >= 15 ? text(left - 6, (end = y(at)) + 4.5, cut(said, left - 8), "", "end") : "")),
    x_ticks.map(([at]) => line("axis", at, bottom, at, bottom + 4)), across(x_ticks, bottom + 20, page(data)),
    text((left + right) / 2, bottom + 38, cut(`${label_of(data.x)} →`, right - left), "quiet", "middle"),
  );
  const items = [
    [swatch("cell clear less"), "clearly less (−)"], [swatch("cell leaning less"), "leaning to less"],
    [swatch("cell unclear", "/"), "unclear"], [swatch("cell leaning more"), "leaning to more"],
    [swatch("cell clear more"), "clearly more (+)"],
  ];
  if (list(data, "cells").flat().some((cell) => cell && words(cell.word) === "same")) items.push([swatch("cell same"), "the same"]);
  if (list(data, "line").length) items.push([swatch("turn", "line"), "the answer turns"]);
  if (list(data, "box").length) items.push([swatch("prior"), `${HERE} (90 % of the prior)`]);
  return keyed(data, "flip-map", parts, items, bottom + 48);
}
function cells(data, xs, ys, x, y, taken) {
  const hidden = (a, b) => taken.some(([x0, y0, x1, y1]) => x0 - 7 < a && a < x1 + 7 && y0 - 7 < b && b < y1 + 7);
  const sign = (a, b, said, word) => (hidden(a, b) ? "" : text(a, b + 4.5, said, `sign ${word}`, "middle"));
  return list(data, "cells").slice(0, ys.length - 1).map((cells_of, row) => cells_of.slice(0, xs.length - 1).map((cell, column) => {
    if (!cell) return "";
    const [x0, y0, x1, y1] = [x(xs[column]), y(ys[row + 1]), x(xs[column + 1]), y(ys[row])];
    const word = words(cell.word), side = words(cell.direction), sided = /^(clear|leaning)$/.test(word) && Object.hasOwn(SIGNS, side);
    const look = sided ? `${word} ${side}` : word === "same" ? "same" : "unclear";
    const every = Math.max(Math.ceil(17 / Math.max(1, x1 - x0)), Math.ceil(17 / Math.max(1, y1 - y0))), middle = Math.floor(every / 2);
    const said = finite(cell.mean) ? `${look}: ${fixed(cell.mean, 2)} ${words(data.told)}` : look, here = row * (xs.length - 1) + column;
    const shape = path(`cell ${look}${every > 1 ? " fine" : ""}`, box(x0, y0, x1, y1), said, words(here));
    if (look === "unclear") return shape + path("hatch", hatch("/", x0, y0, x1, y1));
    const seen = sided && row % every === middle && column % every === middle;
    return shape + (seen ? sign((x0 + x1) / 2, (y0 + y1) / 2, SIGNS[side], word) : "");
  }));
}
function prior(data, xs, ys, x, y, left, top, right, bottom) {
  const parts = [], taken = [], here = list(data, "here"), around = list(data, "box");
  const to_x = (at) => clamp(x(clamp(at, xs[0], xs.at(-1))), left, right);
  const to_y = (at) => clamp(y(clamp(at, ys[0], ys.at(-1))), top, bottom);
  const cased = (look, shape) => parts.push(path("casing", shape), path(look, shape));
  let place = null;
  if (around.length === 4 && around.every(finite)) {
    const [x0, x1, y1, y0] = [to_x(around[0]), to_x(around[2]), to_y(around[1]), to_y(around[3])];
    cased("prior", box(x0, y0, x1, y1));
    place = [(x0 + x1) / 2, y0 - top > 24 ? y0 - 8 : bottom - y1 > 24 ? y1 + 17 : y0 + 18];
  }
  if (here.length === 2 && here.every(finite)) {
    const at = to_x(here[0]), up = to_y(here[1]);
    cased("here", symbol("circle", at, up, 6));
    taken.push([at - 6, up - 6, at + 6, up + 6]);
    place = place || [at, up - top > 30 ? up - 14 : up + 24];
  }
  if (place) {
    const half = width(HERE, SIZE * BOLD) / 2, middle = clamp(place[0], left + half, right - half);
    parts.push(text(middle, place[1], HERE, "over strong", "middle"));
    taken.push([middle - half, place[1] - 12, middle + half, place[1] + 3]);
  }
  return [parts, taken];
}

// bars
const HATCHES = ["", "/", "-", "\\", "|", ""];
function stack(row, count) {
  const ends = [0, 0], found = [];
  [...list(row, "parts")].slice(0, count).forEach((value, index) => {
    const side = value < 0 ? 1 : 0;
    if (finite(value) && value !== 0) found.push([index, ends[side], (ends[side] += value)]);
  });
  return found;
}
function bars(data) {
  const rows = list(data, "rows"), keys = list(data, "keys"), narrow = data.narrow, stacks = rows.map((row) => stack(row, keys.length));
  if (!stacks.some((each) => each.length)) return nothing(data, "bars");
  const [parts, start] = head(data), reach = [0, ...stacks.flat().flatMap(([, from, to]) => [from, to])], least = least_of(reach);
  const most = largest(reach) - least > 1e-6 ? largest(reach) : least + 1, [steps, decimals] = ticks(least, most, narrow ? 4 : 7);
  const left = narrow ? 2 : Math.min(240, 12 + largest(rows.map((row) => width(words(row.label))))), right = page(data) - 12;
  const x = scale(least, most, left, right), pitch = narrow ? 50 : 34, top = start + 10, bottom = top + pitch * rows.length + 4;
  const part = (row, place, y) => ([index, from, to]) => {
    const a = x(Math.min(from, to)), b = x(Math.max(from, to)), said = fixed(to - from, finer(least, most));
    const name = `${words(row.label)}, ${words(keys[index])}: ${said}`, label = width(said) + 8 < b - a;
    return path(`part part${index % 6}`, box(a, y, b, y + 22), name, words(place * keys.length + index)) +
      path("hatch", hatch(HATCHES[index % 6], a, y, b, y + 22)) + (label ? text((a + b) / 2, y + 16, said, "over", "middle") : "");
  };
  const [measure, end] = below(words(data.unit), data, bottom + 34);
  parts.push(
    plot(left, top, right, bottom, least, most, 0, rows.length),
    steps.map((step) => line("grid", x(step), top, x(step), bottom)), line("zero", x(0), top, x(0), bottom),
    rows.map((row, place, _, y = top + pitch * place + (narrow ? 22 : 6)) => [
      narrow ? text(0, y - 5, words(row.label), "over", "", page(data)) : text(0, y + 16, words(row.label), "", "", left - 10),
      stacks[place].map(part(row, place, y))]),
    line("axis", left, bottom, right, bottom), across(steps.map((step) => [x(step), fixed(step, decimals)]), bottom + 16, page(data)),
    measure,
  );
  const items = keys.map((name, index) => [swatch(`part part${index % 6}`, HATCHES[index % 6]), words(name)]);
  return keyed(data, "bars", parts, items, end + 10);
}

// story
const SYMBOLS = { release: "circle", leak: "diamond", incident: "triangle", government: "square" };
function story(data) {
  const last = finite(data.days) && data.days > 0 ? data.days : 1, events = list(data, "events"), ends = [];
  const order = events.map((each, index) => [each.day, index]).filter(([day, index]) => Object.hasOwn(SYMBOLS, events[index].symbol) &&
    finite(day) && day >= 0 && day <= last).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (!order.length) return nothing(data, "story");
  const [parts, start] = head(data), right = page(data) - 22, x = scale(0, last, 22, right);
  const places = day_places(0, last, data.narrow ? 5 : 9, x);
  const rows = order.map(([day]) => {
    const free = ends.findIndex((end) => x(day) - end >= 20), row = free < 0 ? ends.length : free;
    ends[row] = x(day);
    return row;
  });
  const event = (index, at, y, { day, symbol: kind, said } = events[index]) =>
    path(`event ${kind}`, symbol(SYMBOLS[kind], at, y, 8), `day ${words(day)}: ${words(said)}`, words(index));
  const axis = start + 10 + 24 * (largest(rows) + 1) + 10;
  const [entries, end] = key(Object.keys(SYMBOLS).map((name) => [swatch(`event ${name}`, SYMBOLS[name]), name]), 0, page(data), axis + 28);
  parts.push(
    plot(22, start + 10, right, axis, 0, last, 1, 0), line("axis", 22, axis, right, axis),
    order.map(([day, index], place, _, y = axis - 16 - 24 * rows[place]) =>
      line("stem", x(day), axis, x(day), y) + event(index, x(day), y)),
    places.map(([at]) => line("axis", at, axis, at, axis + 4)), across(places, axis + 18, page(data)), entries,
  );
  if (data.list === false) return figure(data, "story", end + 4, parts);
  const room = 34 + BOLD * largest(order.map(([day]) => width(`day ${words(day)}`)));
  let y = end + 8;
  for (const [day, index] of order) {
    parts.push(event(index, 10, y + 10), text(26, y + 14.5, `day ${words(day)}`, "strong"));
    for (const said of wrap(words(events[index].said), page(data) - room, 4)) { parts.push(text(room, y + 14.5, said)); y += 17; }
    y += 6;
  }
  return figure(data, "story", y + 4, parts);
}

lockgate.draw = {
  effect, worlds, whiskers, flip_map, bars, story, escape, number, fixed, apart, width, cut, figure, head, joined, line, path, scale, text, ticks,
};
})();
