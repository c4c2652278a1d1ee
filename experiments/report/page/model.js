// The model in the page: runs in as many workers as the machine offers, and what may be said of their results. A newer run ends an older one.
"use strict";
(() => {
const lockgate = (globalThis.lockgate = globalThis.lockgate || {});
const FIRST = 8, AT_ONCE = 2; // draws after which there is a first result; then after twice as many, and so on; and draws of one message
const MOST_KEPT = 4e6; // numbers of runs that are kept, 32 MB: more than a whole map of flips needs

lockgate.Model = class Model {
  constructor(bytes, spec, workers = Math.min(8, Math.max(1, navigator.hardwareConcurrency || 1))) {
    Object.assign(this, { spec, names: Object.keys(spec.outcomes), idle: [], job: null, last: 0, kept: new Map() });
    this.ready = this.start(bytes, workers);
  }
  // The model of a page, once all its workers are there; `packed` is the compressed module in base64.
  static async of(packed, spec) {
    const bytes = new Blob([Uint8Array.from(atob(packed), (mark) => mark.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream("gzip"));
    const model = new Model(new Uint8Array(await new Response(bytes).arrayBuffer()), spec);
    await model.ready;
    return model;
  }
  async start(bytes, workers) {
    const module = await WebAssembly.compile(bytes), text = `"use strict";(${lockgate.work})(${lockgate.instance});`;
    const [stamp] = WebAssembly.Module.customSections(module, "lockgate").map((each) => new TextDecoder().decode(each));
    if (stamp !== this.spec.stamp) throw new Error(`This page holds the model ${stamp}, and was made for ${this.spec.stamp}: make it again.`);
    this.own = lockgate.instance((await WebAssembly.instantiate(module)).exports, this.spec);
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    await Promise.all(Array.from({ length: workers }, () => this.worker(address, module)));
    URL.revokeObjectURL(address);
  }
  worker(address, module) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(address);
      worker.onerror = (event) => { this.fail(worker, event.message); reject(new Error(event.message)); };
      worker.onmessage = () => {
        worker.onmessage = ({ data }) => this.take(worker, data);
        this.idle.push(worker);
        resolve();
      };
      worker.postMessage({ module, spec: this.spec });
    });
  }
  // `onResult` gets results for the first 8 draws, 16, 32, ... and all. They are views of arrays that grow: nobody may change them. A policy
  // that ran before in the same worlds is not run again: who moves a lever of one waits for that one alone.
  run({ policies, priors = {}, draws, seed = this.spec.seed, horizon = this.spec.horizon, fixed = false }, onResult) {
    const weeks = Math.ceil(horizon / 7), key = (settings) => JSON.stringify([settings, priors, seed, horizon, fixed]);
    const columns = policies.map(({ settings }) => this.column(key(settings), draws, weeks));
    const missing = [...new Set(columns)].filter(({ done }) => done < draws), done = Math.min(draws, ...missing.map((column) => column.done));
    const wanted = { policies: missing.map((column) => policies[columns.indexOf(column)]), priors, seed, horizon, fixed };
    this.job = { id: ++this.last, wanted, columns, missing, draws, weeks, onResult, next: done, done, told: 0, parts: new Map() };
    const { job } = this;
    setTimeout(() => job === this.job && this.tell(job));
    this.feed();
  }
  // What is kept of a policy's runs. What was not asked for longest is given up.
  column(key, draws, weeks) {
    const known = this.kept.get(key), size = draws * (this.names.length + weeks);
    const empty = () => Object.fromEntries(this.names.map((name) => [name, new Float64Array(draws)]));
    const column = known?.room >= draws ? known : { done: 0, room: draws, size, outcomes: empty(), harm: new Float64Array(draws * weeks) };
    this.kept.delete(key);
    this.kept.set(key, column);
    let total = [...this.kept.values()].reduce((sum, each) => sum + each.size, 0);
    for (const [oldest, each] of this.kept) {
      if (total <= MOST_KEPT || each === column) break;
      this.kept.delete(oldest);
      total -= each.size;
    }
    return column;
  }
  feed() {
    const { job } = this;
    while (job && this.idle.length && job.next < job.draws) {
      const to = Math.min(job.next + AT_ONCE, job.draws);
      this.idle.pop().postMessage({ job: { id: job.id, wanted: job.wanted, from: job.next, to } });
      job.next = to;
    }
  }
  fail(worker, message) {
    const { job } = this;
    this.job = null;
    job?.onResult({ draws: 0, done: true, error: message });
  }
  take(worker, part) {
    const { job } = this;
    this.idle.push(worker);
    if (part.id === job?.id) {
      this.keep(job, part);
      this.tell(job);
    }
    this.feed();
  }
  keep(job, { from, to, found, harm }) {
    const draws = to - from, { missing, weeks } = job;
    missing.forEach((column, place) => {
      this.names.forEach((name, number) => {
        const first = (number * missing.length + place) * draws;
        column.outcomes[name].set(found.subarray(first, first + draws), from);
      });
      column.harm.set(harm.subarray(place * draws * weeks, (place + 1) * draws * weeks), from * weeks);
    });
    job.parts.set(from, to);
    while (job.parts.has(job.done)) job.done = job.parts.get(job.done);
    for (const column of missing) column.done = Math.max(column.done, job.done);
  }
  tell(job) {
    const due = Math.max(FIRST, 2 * job.told), whole = job.done >= job.draws;
    if (job.told === job.draws || !(whole || job.done >= due)) return;
    const draws = (job.told = whole ? job.draws : due * 2 ** Math.floor(Math.log2(job.done / due)));
    job.onResult({
      draws, done: whole, harmByWeek: job.columns.map(({ harm }) => harm.subarray(0, draws * job.weeks)),
      outcomes: Object.fromEntries(this.names.map((name) => [name, job.columns.map(({ outcomes }) => outcomes[name].subarray(0, draws))])),
    });
  }
  // What may be said of an outcome's values against others in the same draws; of no outcome, as of one without a heavy tail.
  estimate(values, base, outcome) {
    return this.own.compare(values, base, this.spec.outcomes[outcome]?.kind ?? 0);
  }
  // The mean of one paired quantity over that of another, and what may be said of it as a break-even.
  ratio(above, below, clear) {
    return this.own.ratio(above, below, clear);
  }
  // What each parameter is in the first draws of a question, and what share of the variance of a difference's sign one explains alone.
  inputs(wanted, draws) {
    return this.own.inputs(wanted, draws);
  }
  influence(values, differences) {
    return this.own.influence(values, differences);
  }
  quantiles(values, shares) {
    return this.own.quantiles(values, shares);
  }
};
})();
