// The module with its tables, for the page (what may be said of results) and for its workers (runs). Workers are made of this text.
"use strict";
(() => {
const lockgate = (globalThis.lockgate = globalThis.lockgate || {});

lockgate.instance = function instance(exports, spec) {
  const { memory, alloc } = exports, FIXED = 0, TRIANGULAR = 2, rooms = {};
  exports._initialize?.();
  const data = () => new DataView(memory.buffer); // anew each time, since memory grows
  const floats = (at, count) => new Float64Array(memory.buffer, at, count);
  const bytesOf = (text) => Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
  const putWhole = (view, at, value) => { view.setInt32(at, value, true); view.setInt32(at + 4, value < 0 ? -1 : 0, true); };
  const whole = (view, at) => view.getUint32(at, true) + 4294967296 * view.getInt32(at + 4, true);
  // Room by name, made anew where it is too small: what was given is never taken back.
  function room(name, bytes) {
    if (rooms[name]?.bytes >= bytes) return rooms[name].at;
    const at = alloc(2 * bytes) >>> 0;
    if (!at) throw new Error("there is not enough memory for so many worlds or days");
    rooms[name] = { at, bytes: 2 * bytes };
    return at;
  }
  function put(name, bytes) {
    const at = room(name, bytes.length || 8);
    new Uint8Array(memory.buffer).set(bytes, at);
    return at;
  }
  const table = Object.fromEntries(["priors", "values", "levers_table", "reaches"].map((name) => [name, bytesOf(spec[name])]));
  const levers = put("levers", table.levers_table), values = put("values", table.values), reaches = put("reaches", table.reaches);

  // The table of priors with some changed; where all are `fixed`, draws differ in their seeds alone.
  function priors(changed, fixed) {
    const at = put("priors", table.priors), view = data(), places = spec.prior;
    for (const [name, prior] of Object.entries(changed)) {
      const number = spec.parameters.findIndex((each) => each.name === name), row = at + number * places.bytes, set = (part, value) => view.setFloat64(row + places[part], value, true);
      if ("fix" in prior) { putWhole(view, row + places.kind, FIXED); set("default", prior.fix); continue; }
      if (spec.parameters[number].kind === FIXED) putWhole(view, row + places.kind, TRIANGULAR);
      for (const part of ["low", "middle", "high"]) set(part, prior[part]);
    }
    if (fixed) spec.parameters.forEach((each, number) => putWhole(view, at + number * places.bytes + places.kind, FIXED));
    return at;
  }
  function phases(place, settings) {
    const { bytes, day, lever, value } = spec.setting, at = room(`settings ${place}`, settings.length * bytes || 8), most = settings.length + 1;
    const out = room(`phases ${place}`, most * spec.phase_bytes), view = data();
    settings.forEach((setting, row) => {
      putWhole(view, at + row * bytes + day, setting[0]);
      putWhole(view, at + row * bytes + lever, setting[1]);
      view.setFloat64(at + row * bytes + value, Number(setting[2]), true);
    });
    const count = exports.phases(levers, spec.levers.length, at, settings.length, out, most);
    return { at: room(`phases ${place}`, most * spec.phase_bytes), count };
  }
  function field(view, at, { offset, type }) {
    return type === "float" ? view.getFloat64(at + offset, true) : type === "bool" ? view.getUint8(at + offset) : whole(view, at + offset);
  }
  // Draws `from` up to `to` of every policy: outcomes (name, policy, draw) and weekly harm (policy, draw, week).
  // A run that went wrong, or a world whose parameters are at odds, is NaN.
  function runs({ policies, priors: changed, seed, horizon, fixed }, from, to) {
    const laid = policies.map(({ settings }, place) => phases(place, settings)), known = Object.values(spec.outcomes), draws = to - from, weeks = Math.ceil(horizon / 7);
    const world = room("world", spec.world_bytes), outcomes = room("outcomes", spec.outcome_bytes), course = room("weeks", weeks * spec.week_bytes), moved = room("moved", 200);
    const found = new Float64Array(known.length * policies.length * draws).fill(NaN), harm = new Float64Array(policies.length * draws * weeks).fill(NaN);
    const drawn = priors(changed, fixed);
    for (let draw = 0; draw < draws; draw++) {
      const own = exports.world(drawn, spec.parameters.length, values, seed, from + draw, world);
      for (let place = 0; own >= 0 && place < policies.length; place++) {
        if (exports.run(own, horizon, world, laid[place].at, laid[place].count, place ? 0 : 1, outcomes, course, weeks, moved)) continue;
        const view = data();
        known.forEach((each, number) => { found[(number * policies.length + place) * draws + draw] = field(view, outcomes, each); });
        for (let week = 0; week < weeks; week++) harm[(place * draws + draw) * weeks + week] = view.getFloat64(course + week * spec.week_bytes + spec.week.harm, true);
      }
    }
    return { found, harm };
  }
  // What each parameter is in the first draws, by its name; NaN in a world whose parameters are at odds.
  function inputs({ priors: changed, seed, fixed = false }, draws) {
    const found = Object.fromEntries(spec.parameters.map(({ name }) => [name, new Float64Array(draws).fill(NaN)]));
    const world = room("world", spec.world_bytes), drawn = priors(changed, fixed);
    for (let draw = 0; draw < draws; draw++) {
      if (exports.world(drawn, spec.parameters.length, values, seed, draw, world) < 0) continue;
      const view = data();
      for (const each of spec.parameters) found[each.name][draw] = field(view, world, each);
    }
    return found;
  }
  function influence(mine, differences) {
    const count = mine.length, one = room("mine", 8 * count || 8), other = room("base", 8 * count || 8);
    floats(one, count).set(mine);
    floats(other, count).set(differences);
    return exports.influence(one, other, count, 0); // of quantities; no page asks of labels
  }
  function compare(mine, base, kind) {
    const count = mine.length, one = room("mine", 8 * count || 8), other = room("base", 8 * count || 8), out = room("estimate", spec.estimate.bytes);
    floats(one, count).set(mine);
    floats(other, count).set(base);
    exports.compare(one, other, count, kind, reaches, table.reaches.length / 8, out);
    const view = data(), number = (name) => view.getFloat64(out + spec.estimate[name], true), counted = (name) => whole(view, out + spec.estimate[name]);
    const draws = counted("draws"), share = (many) => (draws ? many / draws : 0), [less, more] = [counted("less"), counted("more")];
    return {
      mean: number("mean"), low: number("low"), high: number("high"), draws, less: share(less), more: share(more), same: share(draws - less - more),
      word: spec.verdicts[counted("word")], direction: spec.directions[counted("direction") + 1], preliminary: draws < spec.enough,
    };
  }
  function ratio(above, below, clear) {
    const count = above.length, one = room("mine", 8 * count || 8), other = room("base", 8 * count || 8), out = room("ratio", spec.ratio.bytes);
    floats(one, count).set(above);
    floats(other, count).set(below);
    exports.ratio(one, other, count, clear ? 1 : 0, reaches, table.reaches.length / 8, out);
    const view = data(), number = (name) => view.getFloat64(out + spec.ratio[name], true);
    return { mean: number("mean"), low: number("low"), high: number("high"), word: spec.prices[whole(view, out + spec.ratio.word)] };
  }
  function quantiles(mine, shares) {
    const at = room("mine", 8 * mine.length || 8), wanted = room("shares", 8 * shares.length), out = room("quantiles", 8 * shares.length);
    floats(at, mine.length).set(mine);
    floats(wanted, shares.length).set(shares);
    exports.quantiles(at, mine.length, wanted, shares.length, out);
    return Array.from(floats(out, shares.length));
  }
  return { runs, inputs, influence, compare, ratio, quantiles };
};

lockgate.work = function work(instance) {
  let made;
  globalThis.onmessage = async ({ data: { module, spec, job } }) => {
    if (module) {
      made = instance((await WebAssembly.instantiate(module)).exports, spec);
      return postMessage({ ready: true });
    }
    const found = made.runs(job.wanted, job.from, job.to);
    return postMessage({ ...job, wanted: null, ...found }, Object.values(found).map((each) => each.buffer));
  };
};
})();
