// The answer, and what it costs.
import { HARM, costsOf, draw, h, lookOf, model, plain, say, sharesOf, sizeOf, spec, telling, wordOf } from "./common.js";
import { head, put, quiet } from "./elements.js";
import { label } from "./policies.js";
import { isHidden, isReady, sentence, shown } from "./runs.js";
import { request, state, view } from "./state.js";

export function renderAnswer() {
  const found = shown(), names = state.policies.map(label), wait = (text) => { put("answer", asks, h("p", { class: "answer pending" }, text)); put("strip"); };
  const asks = h("h1", { class: "question" }, state.chosen ? `What does ${names[state.chosen]} change, compared with ${names[0]}?` : `${names[0]} is what the others are compared with.`);
  if (isHidden()) return wait("Guess first. The answer is shown when all tables have guessed.");
  if (!isReady(found)) return wait(state.chosen ? "Running the first worlds …" : "Choose another policy to see what it changes.");
  const estimate = view.replay || view.said?.place !== state.chosen ? found.change(state.chosen, HARM) : view.said.shown;
  const look = lookOf(estimate), current = found.key === JSON.stringify(request()), done = current ? Math.max(view.done ?? 0, found.draws) : 0;
  put("answer", asks, h("p", { class: `answer${estimate.preliminary || !current ? " pending" : ""}` }, sentence(found, estimate)),
    h("div", { class: "row" }, h("strong", { class: `word ${look}` }, wordOf(estimate)),
      h("span", { class: "quiet" }, say("draws", { done: draw.fixed(Math.min(done, state.draws), 0), asked: draw.fixed(state.draws, 0) }))),
    quiet(lastChange(found)));
  return put("strip", h("strong", {}, wordOf(estimate)), ` · ${sharesOf(estimate)} · ${sizeOf(found, estimate, false)}`);
}
// What the last change alone did, in the same draws: nothing can be told more surely.
function lastChange(found) {
  const { before } = view, values = found.values(state.chosen, HARM);
  if (!found.done || view.replay || !before?.harm || before.harm.length !== values?.length || before.label === found.labels[state.chosen]) return "";
  const estimate = model.estimate(values, before.harm, HARM), fields = { before: before.label, draws: found.draws };
  return estimate.word === "same" ? say("change_same", fields) : say("change", { ...fields, size: sizeOf(found, estimate, false), word: wordOf(estimate) });
}
export function renderCosts() {
  const found = shown();
  if (!isReady(found)) return put("costs");
  const costs = costsOf(found, state.chosen), card = (name, number, text) => h("li", { class: "card" }, h("h3", {}, name), h("span", { class: "number" }, number), h("p", {}, text));
  return put("costs", head("What it costs"), h("ul", { class: "cards" }, card("Delay of the first system", costs.delay, costs.refused || say("delay")),
    card("Lead over open weights", costs.lead, say("lead")), card("Customers lost", costs.customers, say("customers")),
    card("Benefit forgone", costs.benefit, say("benefit")), h("li", { class: "card all" }, h("h3", {}, "Break-even"), h("p", {}, costs.even))),
  quiet(say("costs", { reference: found.labels[0] })));
}
export function effectData(found, place, more = {}) {
  const steps = (state.policies[place]?.settings ?? []).filter(([day]) => day > 0).slice(0, 4).map(([day, number]) => ({ day, label: plain(spec.levers[number].name) }));
  return telling.effectData(found, place, { ...more, marks: [...steps, ...(more.extra ?? [])] });
}
