// The server, where the page came from one: it gave a token in the address.
import { PARTS, bytesOf, spec } from "./common.js";
import { render, warn } from "./render.js";
import { supersede } from "./runs.js";
import { state, view } from "./state.js";

export let server = null;
export async function findServer() {
  const token = new URLSearchParams(location.search).get("token");
  if (!token) return;
  server = { token };
  const answer = await fetched("api/library");
  server = answer.ok ? { token, ...(await answer.json()) } : null;
}
const fetched = (path, content, signal) => fetch(path, {
  method: content ? "POST" : "GET", signal, body: content && JSON.stringify(content),
  headers: { "x-lockgate-token": server.token, ...(content && { "content-type": "application/json" }) },
});
async function* lines(path, content, signal) {
  const answer = await fetched(path, content, signal);
  if (!answer.ok) throw new Error((await answer.json()).error);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop();
    for (const each of whole.filter(Boolean).map((line) => JSON.parse(line))) { if (each.error) throw new Error(each.error); yield each; }
  }
}
export const asking = () => ({
  policies: state.policies.map(({ name, settings }, place) => ({ name: state.policies.findIndex((each) => each.name === name) < place ? `${name} ${place + 1}` : name, settings })),
  world: spec.world.name, priors: state.priors, draws: state.draws, seed: state.seed, horizon: state.horizon,
});
export async function askServer(wanted, each) {
  const leave = new AbortController();
  supersede(() => leave.abort());
  try {
    for await (const line of lines("api/compare", asking(), leave.signal)) {
      if (line.result) each({ told: line.result, done: !!line.final });
      else if (line.done) { view.done = line.done; render(); }
    }
    return true;
  } catch (error) {
    if (error.name !== "AbortError") warn(error.message);
    return false;
  }
}
export async function asked1(path, content, where) {
  try { for await (const line of lines(path, content)) if (line.result) return line.result; } catch (error) { warn(error.message, where); }
  return null;
}
// What the server says of a comparison, in the form of what is analysed here.
export function fromServer({ told: result, done }, labels) {
  const column = (text) => (text ? new Float64Array(bytesOf(text).buffer) : undefined), number = (value) => value ?? NaN;
  const names = ["mean", "high", "low", "worlds_95", "worlds_75", "worlds_50", "worlds_25", "worlds_05"];
  const effect = ({ by_day: by }) => ({
    days: [0, ...by.day], words: [{ word: "same" }, ...by.word.map((word, row) => ({ word, direction: by.direction[row] }))],
    dollars: [PARTS.map(() => 0), ...by.day.map((_, row) => names.map((name) => -number(by[name][row])))],
  });
  const estimate = (each) => each && { ...each, mean: number(each.mean), low: number(each.low), high: number(each.high), word: each.verdict };
  return {
    draws: result.draws, done, labels, horizon: state.horizon, remote: true, effects: result.effect.map((each) => each && effect(each)),
    values: (place, name) => column(result.values[name]?.[place]), level: (place, name) => result.outcomes[name][place],
    change: (place, name) => estimate(result.outcomes[name][place].difference), price: (place) => result.prices[place],
  };
}
