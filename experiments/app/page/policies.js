// Policies: lists of [day, number of the lever, value].
import { digits, plain, same, spec, telling, title, told, unique } from "./common.js";
import { known, leverNumber, outOfBounds, tooMany } from "./inputs.js";
import { state } from "./state.js";

export const library = (name) => spec.policies.find((each) => each.name === name);
export const inOrder = (settings) => settings.map(([day, number, value]) => [day, number, Number(value)]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
export const fromLibrary = (name) => ({ name, base: name, settings: inOrder(library(name).settings) });
export const usual = (policy) => inOrder(library(policy.base)?.settings ?? []);
export const isChanged = (policy) => !same(policy.settings, usual(policy));
export const isBuiltIn = (policy) => policy.name === policy.base && !!library(policy.base) && !isChanged(policy);
export const at = (settings, number, day = 0) =>
  settings.findLast(([when, which]) => which === number && when <= day)?.[2] ?? Number(spec.levers[number].default);
export const daysOf = (policy) => unique(policy.settings.map(([day]) => day)).filter((day) => day > 0);
export function label(policy) {
  if (policy.name !== policy.base) return policy.name;
  return (library(policy.base)?.label ?? policy.name) + (isChanged(policy) ? ` (${changes(policy)})` : "");
}
function changes(policy) {
  const before = usual(policy), held = (list, [day, number, value]) => list.some((each) => same(each, [day, number, value]));
  const gone = before.filter(([day, number]) => !policy.settings.some(([when, which]) => when === day && which === number));
  const said = [...policy.settings.filter((each) => !held(before, each)), ...gone.map(([day, number]) => [day, number, null])].map(([day, number, value]) => {
    const each = spec.levers[number], here = value ?? (day ? null : Number(each.default));
    return `${plain(each.name)} ${here === null ? "not changed" : told({ ...each, unit: each.type === "float" ? each.unit : "" }, here).trim()}${day ? ` on day ${day}` : ""}`;
  });
  return said.slice(0, 2).join(", ") + (said.length > 2 ? ` and ${said.length - 2} more` : "");
}
export function set(policy, number, value, day = 0) {
  const rest = policy.settings.filter(([when, which]) => when !== day || which !== number);
  const needless = !day && value === Number(spec.levers[number].default) && !usual(policy).some(([when, which]) => !when && which === number);
  return { ...policy, settings: needless ? rest : inOrder([...rest, [day, number, value]]) };
}
export const withPolicy = (policy, place = state.chosen) => ({ policies: state.policies.map((each, index) => (index === place ? policy : each)) });
export const current = () => state.policies[state.chosen];
export function freeName(name) {
  const taken = (text) => state.policies.some((each) => each.name === text);
  let number = 2;
  while (taken(`${name} ${number}`)) number += 1;
  return taken(name) ? `${name} ${number}` : name;
}
// Why a step cannot be; nothing where it can.
export function refusal(policy, day, number, value, moved = null) {
  const each = spec.levers[number], name = plain(each.name), gives = ([when, which, on]) => on && when < day && /^(directive|revocation)$/.test(spec.levers[which].name);
  if (!Number.isInteger(day) || day < 1 || day >= state.horizon) {
    return `Day ${digits(day)} is outside the run: a step stands on day 1 to ${state.horizon - 1}. What holds from day 0 on is set above.`;
  }
  if (policy.settings.some((other) => other !== moved && other[0] === day && other[1] === number)) {
    return `Two values of “${name}” on day ${day}: a lever has one value a day. Remove the step that is there, or take another day.`;
  }
  if (each.once && !value) return `“${title(name)}” is an order for its day: it is given, or left out.`;
  if (each.name === "restore" && !policy.settings.some(gives)) return `Nothing to restore on day ${day}: add a directive on an earlier day first.`;
  return outOfBounds(each, value) || tooMany(each, value);
}
// Why a lever does nothing in this policy; nothing where it may do something.
export function idle(policy, number) {
  const { clauses = [], needs, name } = spec.levers[number], days = [0, ...daysOf(policy).filter((day) => day < state.horizon)];
  const unmet = telling.needs({ clauses, needs }, (other, day) => at(policy.settings, leverNumber(other), day), days, state.horizon);
  if (unmet) return unmet;
  const test = state.priors.test_days, least = test?.fix ?? test?.low ?? known("test_days")?.low, on = (other) => days.some((day) => at(policy.settings, leverNumber(other), day) > 0);
  if (name !== "preview_days" || !on("sign_offs") || !(on("case_by_case") || on("framework")) || at(policy.settings, number) >= least) return "";
  return `No effect: testing takes longer, ${digits(least)} days or more.`;
}
