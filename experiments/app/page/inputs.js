// Inputs: levers of policies, and parameters that are assumed. What values they have, and may have.
import { LOGNORMAL, digits, finite, spec, title } from "./common.js";
import { state } from "./state.js";

export const leverNumber = (name) => spec.levers.findIndex((each) => each.name === name);
export const known = (name) => spec.parameters.find((each) => each.name === name);
export const isLever = (name) => leverNumber(name) >= 0;
export const inputNamed = (name) => (isLever(name) ? spec.levers[leverNumber(name)] : known(name));
export const valueOf = (name) => state.priors[name]?.fix ?? Number(known(name)?.default);
export function outOfBounds(each, value) {
  const [low, high] = each.bounds, whole = each.type === "float" || Number.isInteger(value);
  if (finite(value) && value >= low && value <= high && whole) return "";
  const what = each.type === "float" ? "" : "a whole number, ";
  return `${title(each.name)} = ${digits(value)} is not allowed: it must be ${what}${digits(low)} to ${digits(high)} ${each.unit}.`;
}
export function tooMany(each, value) {
  const organisations = valueOf("organisations");
  if (each.unit !== "organisations" || each.name === "partners_max" || value <= organisations) return "";
  return `${title(each.name)} = ${digits(value)} is more than this world has: ${digits(organisations)} organisations. Take fewer.`;
}
// How far an axis, or a slider, goes: somewhat beyond what is thought likely.
export function reachOf(name) {
  const each = inputNamed(name), log = each.kind === LOGNORMAL, width = each.high - each.low;
  const likely = log ? [each.low / 2, each.high * 2] : [each.low - width / 4, each.high + width / 4];
  const ends = isLever(name) ? [each.bounds[0], each.unit === "days" ? 120 : each.unit === "organisations" ? valueOf("organisations") : 10] : likely;
  return { each, log, low: Math.max(ends[0], each.bounds[0]), high: Math.min(ends[1], each.bounds[1]) };
}
export const between = ({ log, low, high }, share) => (log ? low * (high / low) ** share : low + share * (high - low));
export const allowed = (each, value) => Math.min(each.bounds[1], Math.max(each.bounds[0], each.type === "int" ? Math.round(value) : Number(value.toPrecision(3))));
