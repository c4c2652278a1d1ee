// The panel of policies: their levers, and steps on later days.
import { MOST_NAME, MOST_POLICIES, WEEK, h, plain, spec, told, unique } from "./common.js";
import { control, finder, leverSteps } from "./controls.js";
import { args, button, head, input, put, quiet, select } from "./elements.js";
import { isLever, leverNumber } from "./inputs.js";
import { at, idle, isChanged, label, library, usual } from "./policies.js";
import { note } from "./render.js";
import { state, view } from "./state.js";
import { ROLES } from "./workshop.js";

const MAIN = ["case_by_case", "framework", "mandatory", "preview_days", "launch_partners", "testers", "sign_offs", "coordinated_hold"];
export function renderPolicy() {
  const policy = state.policies[state.chosen], numbers = inSight(policy), mine = label(policy);
  const tab = (each, place) => button("choose", [h("small", {}, place ? "against it" : "reference"), ` ${label(each)}`],
    { "aria-pressed": String(place === state.chosen), "data-key": `tab ${place}` }, place);
  const more = [["", "Add a policy …"], ["=", `A copy of ${mine}`], ...spec.policies.map((each) => [each.name, each.label])];
  put("policy", head("Policies"), h("div", { class: "tabs", role: "group", "aria-label": "Policies side by side: choose whose levers are below" }, state.policies.map(tab)),
    h("div", { class: "row" }, select("add", more, "", { "aria-label": "Add a policy", disabled: state.policies.length >= MOST_POLICIES }),
      state.policies.length > 2 && state.chosen > 0 && button("remove", "Remove this one"),
      isChanged(policy) && library(policy.base) && button("unpolicy", "Reset this policy")),
    h("label", { class: "field" }, "Name ", input("text", { maxlength: MOST_NAME, value: policy.name, "data-do": "name" })),
    quiet(library(policy.base)?.summary ?? ""), numbers.map((number) => leverControl(policy, number)),
    finder("lever", "Find another lever", spec.levers.filter((each) => !each.once), numbers.map((number) => spec.levers[number].name)),
    timeline(policy), note("policy"));
}
function inSight(policy) {
  const base = unique(usual(policy).filter(([day, number]) => !day && !spec.levers[number].once).map(([, number]) => spec.levers[number].name));
  const own = ROLES[state.workshop?.role] ?? [];
  return unique([...own, ...state.pins, ...MAIN.filter((name) => base.includes(name)), ...base, ...MAIN]).filter(isLever).slice(0, 8).map(leverNumber);
}
function leverControl(policy, number) {
  const each = spec.levers[number], value = at(policy.settings, number), before = at(usual(policy), number), role = state.workshop?.role;
  const owner = state.workshop && Object.keys(ROLES).find((name) => ROLES[name].includes(each.name));
  const more = { why: idle(policy, number), locked: !!role && owner !== role, badge: owner && h("span", { class: "owner" }, owner) };
  return control("lever", number, each, value, before, { ...more, text: each.meaning, steps: leverSteps(each, value, before) });
}
function timeline(policy) {
  const chosen = view.step ?? leverNumber("preview_days"), each = spec.levers[chosen], most = { min: 1, max: state.horizon - 1, step: 1 };
  const row = ([day, number, value]) => {
    const name = plain(spec.levers[number].name), act = (what, text, said, ...list) => button(what, text, { class: "small", "aria-label": said }, day, number, ...list);
    return h("li", { "data-key": `step ${day} ${number}` },
      h("label", {}, "day ", input("number", { ...most, value: String(day), "data-do": "move", "data-arg": args(day, number), "aria-label": `Day of the step ${name}` })),
      h("span", {}, `${name}: ${told(spec.levers[number], value)}`), act("shift", "−7", `Move ${name} one week earlier`, -WEEK),
      act("shift", "+7", `Move ${name} one week later`, WEEK), act("drop", "Remove", `Remove ${name} on day ${day}`));
  };
  const steps = policy.settings.filter(([day]) => day > 0), answers = each.once ? [[1, "yes"]] : [[1, "yes"], [0, "no"]];
  const value = each.type === "bool" ? select("none", answers, 1, { name: "value", "data-key": `value ${chosen}`, "aria-label": "Value of the step" })
    : input("number", { name: "value", step: "any", "data-key": `value ${chosen}`, value: String(at(policy.settings, chosen)), "aria-label": `Value of the step, in ${each.unit}` });
  return h("div", { "data-key": "steps" }, h("h3", {}, "Steps on later days"),
    steps.length ? h("ol", { class: "bare steps" }, steps.map(row)) : quiet("None: what is set above holds to the end. A step changes one lever from a later day on."),
    h("form", { "data-do": "step", class: "row", novalidate: true }, h("label", {}, "From day ", input("number", { name: "day", id: "step-day", ...most, value: "90" })),
      select("steplever", spec.levers.map(({ name }, number) => [number, plain(name)]), chosen, { name: "lever", "aria-label": "Lever of the step" }), value,
      h("button", { type: "submit" }, "Add step")), note("step"));
}
