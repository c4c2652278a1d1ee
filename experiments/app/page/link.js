// A link holds all that was set. What it holds is checked like anything foreign.
import { DAYS, MOST_DAYS, MOST_POLICIES, bytesOf, cleaned, finite, spec } from "./common.js";
import { known, leverNumber, outOfBounds } from "./inputs.js";
import { inOrder } from "./policies.js";
import { warn } from "./render.js";
import { server } from "./server.js";
import { begin, restore, state, view } from "./state.js";
import { ROLES } from "./workshop.js";

export function link() {
  const policies = state.policies.map((each) => ({ ...each, settings: each.settings.map(([day, number, value]) => [day, spec.levers[number].name, value]) }));
  const held = JSON.stringify({ ...state, policies, version: spec.version, stamp: spec.stamp, world: spec.world.name });
  const text = btoa(Array.from(new TextEncoder().encode(held), (code) => String.fromCharCode(code)).join(""));
  return `#s=${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
function fromLink(hash) {
  const text = new URLSearchParams(hash.slice(1)).get("s");
  if (!text) return null;
  const held = JSON.parse(new TextDecoder().decode(bytesOf(text.replaceAll("-", "+").replaceAll("_", "/")))), made = checkedState(held);
  const equal = held.stamp === spec.stamp, said = [];
  if (!equal || held.version !== spec.version) {
    said.push(`This link was made with version ${cleaned(held.version)}; this is ${spec.version}.`,
      equal ? "The model is the same, and so are its numbers." : "The model has changed since then, and numbers may have, too.");
  }
  if (held.world !== spec.world.name) said.push(`It was made in the world “${cleaned(held.world)}”; this page has “${spec.world.name}”.`);
  view.link = said.join(" ");
  return made;
}
function must(holds, what) { if (!holds) throw new Error(what); }
function wholeNumber(value, low, high, what) {
  must(Number.isInteger(value) && value >= low && value <= high, `${what} must be a whole number, ${low} to ${high}`);
  return value;
}
function checkedPolicy({ name, base, settings }) {
  return { name: cleaned(name), base: cleaned(base), settings: inOrder(settings.slice(0, 400).map(([day, which, value]) => {
    const number = leverNumber(which);
    must(number >= 0, `it names the lever “${cleaned(which)}”, which this version does not have`);
    must(!outOfBounds(spec.levers[number], value), outOfBounds(spec.levers[number], value));
    return [wholeNumber(day, 0, MOST_DAYS, "a day"), number, value];
  })) };
}
function checkedPrior([name, prior]) {
  const each = known(name), parts = "fix" in prior ? ["fix"] : ["low", "middle", "high"], kept = Object.fromEntries(parts.map((part) => [part, prior[part]]));
  must(each && parts.every((part) => finite(kept[part]) && kept[part] >= each.bounds[0] && kept[part] <= each.bounds[1]), `it sets “${cleaned(name)}” to what is not allowed`);
  return [name, kept];
}
function checkedState(held) {
  must(Array.isArray(held.policies) && held.policies.length > 1 && held.policies.length <= MOST_POLICIES, `it must have 2 to ${MOST_POLICIES} policies`);
  const policies = held.policies.map(checkedPolicy), last = policies.length - 1, most = server?.limits.draws ?? spec.most_draws;
  const names = (list) => (Array.isArray(list) ? list : []).filter((name) => known(name) || leverNumber(name) >= 0).slice(0, 8);
  const guess = ({ table, side, day, size }) => ({
    table: cleaned(table), side: Math.sign(Number(side)) || 0, day: wholeNumber(day, 0, MOST_DAYS, "a day"), size: Math.min(100, Math.max(0, Number(size))) || 0,
  });
  const shop = held.workshop && { guesses: (held.workshop.guesses ?? []).slice(0, 40).map(guess), open: !!held.workshop.open, role: Object.hasOwn(ROLES, held.workshop.role) ? held.workshop.role : "" };
  return {
    ...begin(), policies, priors: Object.fromEntries(Object.entries(held.priors ?? {}).map(checkedPrior)), workshop: shop || null,
    chosen: wholeNumber(held.chosen, 0, last, "the policy"), draws: wholeNumber(held.draws, 8, most, "the number of worlds"),
    seed: wholeNumber(held.seed, 0, 2 ** 53 - 1, "the seed"), horizon: wholeNumber(held.horizon, ...DAYS, "the number of days"), pins: names(held.pins),
    sought: names(held.sought), axes: names(held.axes).length === 2 ? names(held.axes) : null, pair: [0, 1].map((place) => wholeNumber(held.pair[place], 0, last, "a policy")),
  };
}
export function open(hash) {
  try {
    const held = fromLink(hash);
    if (held) restore(held);
    return !!held;
  } catch (error) {
    const broken = error instanceof SyntaxError || error instanceof TypeError || error.name === "InvalidCharacterError";
    warn(`This link cannot be read: ${broken ? "it is not whole" : error.message}. The page starts as usual.`);
    return false;
  }
}
