// One hundred worlds, and the story of one.
import { DELAY, HARM, LATE, PARITY, digits, finite, h, money, same, say, spec, title, told, worldLine, worldsOf } from "./common.js";
import { button, figure, head, put, quiet, range } from "./elements.js";
import { announce, note, render } from "./render.js";
import { asked, isReady, shown } from "./runs.js";
import { asked1, asking, server } from "./server.js";
import { state, view } from "./state.js";

export function renderWorlds() {
  const found = shown(), list = isReady(found) ? worldsOf(found, state.chosen) : [], world = list[view.world], text = world && worldLine(found, state.chosen, world);
  put("worlds", world && [head("One hundred worlds"), figure("worlds"), h("label", { class: "field" }, "A world, from best to worst ", range("dot", list.length - 1, view.world, text)),
    h("p", { class: "said" }, text), h("div", { class: "row" }, button("tell", "Tell this world's story", { disabled: !found.done }, world.row))]);
}
export function renderStory() {
  const found = shown(), { tale } = view, list = isReady(found) && found.done ? worldsOf(found, state.chosen) : [], worse = list.filter(({ value }) => value > 0);
  if (!list.length) return put("story");
  const parted = tale?.runs[1] ? tale.runs[1].events.findIndex((each, place) => !same(each, tale.runs[0].events[place])) : -1;
  const middle = (rows) => rows[Math.floor(rows.length / 2)].row, event = (run) => (each) =>
    h("li", {}, h("strong", {}, `day ${each.day}`), ` ${each.said}`, run === tale.runs[1] && run.events.indexOf(each) === parted && h("em", {}, " Here the two runs part."));
  const told = (run, index) => h("div", { "data-key": `run ${index}` }, figure(`tale${index}`),
    h("ul", { class: "bare" }, run.events.filter(({ day }) => day <= view.day).slice(-6).map(event(run))), view.day >= tale.days && h("p", {}, endOf(run)));
  return put("story", head("The story of one world"), h("div", { class: "row" }, button("tell", "Median world", {}, middle(list)), button("tell", "Best world", {}, list[0].row),
    worse.length > 0 && button("tell", "A world in which it backfires", {}, middle(worse))), note("story"),
  tale && [h("label", { class: "field" }, `Up to day ${view.day} of ${tale.days} `, range("day", tale.days, view.day, `day ${view.day}`)),
    h("div", { class: "runs" }, tale.runs.map(told)), tale.sentences.map((text) => h("p", {}, text))], !server && quiet(say("story")));
}
export const endOf = ({ ending }) => [ending].flat().join(" ");
export async function tell(row) {
  const key = asked, found = view.found, place = state.chosen;
  if (!isReady(found) || !worldsOf(found, place).some((each) => each.row === row)) return; // what is set now has not run yet
  const tale = server ? await asked1("api/story", { ...asking(), policy: place, draw: row }, "story") : taleOf(found, place, row);
  if (key !== asked || !tale) return;
  Object.assign(view, { tale, day: tale.days, world: Math.max(0, worldsOf(found, place).findIndex((each) => each.row === row)) });
  render();
  announce(tale.runs.map((run) => `${run.label}: ${endOf(run)}`).join(" "));
}
// Without a server: what the outcomes of the two runs say of when things happened.
function taleOf(found, place, row) {
  const of = (which, name) => found.values(which, name)?.[row], run = (which) => {
    const happened = [[of(which, LATE) ? NaN : of(which, DELAY), "release", "event_public"], [of(which, PARITY), "release", "event_parity"]];
    const events = happened.filter(([day]) => finite(day) && day < found.horizon).map(([day, symbol, name]) => ({ day: Math.round(day), symbol, said: say(name) }));
    const steps = state.policies[which].settings.filter(([day]) => day > 0).map(([day, number, value]) =>
      ({ day, symbol: "government", said: `${title(spec.levers[number].name)}: ${told(spec.levers[number], value)}.` }));
    const counted = Object.fromEntries(["incidents", "leaks"].map((name) => [name, digits(of(which, name))]));
    return { label: found.labels[which], events: [...events, ...steps].sort((a, b) => a.day - b.day), ending: say("ending", { harm: money(of(which, HARM)), ...counted }) };
  };
  return { days: found.horizon, runs: [run(0), run(place)], sentences: [worldLine(found, place, worldsOf(found, place).find((each) => each.row === row))] };
}
