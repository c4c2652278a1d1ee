// The workshop: guess, then see.
import { HARM, costsOf, digits, h, plain, spec, told } from "./common.js";
import { button, choice, head, input, put, quiet, select } from "./elements.js";
import { foot } from "./files.js";
import { known } from "./inputs.js";
import { note } from "./render.js";
import { sentence } from "./runs.js";
import { state, view } from "./state.js";

export const ROLES = {
  Government: ["case_by_case", "extension_days"], Legislators: ["mandatory", "preview_days"], Lab: ["launch_partners", "guard"],
  Testers: ["testers", "sign_offs"], Diplomats: ["coordinated_hold", "hold_days"],
};
const SIDES = [[-1, "less harm"], [0, "no difference"], [1, "more harm"]];
export function renderWorkshop() {
  const shop = state.workshop, ready = view.found?.done && state.chosen, field = (text, type, name, value, more) => h("label", {}, `${text} `, input(type, { name, value, ...more }));
  if (!shop) return put("workshop");
  const rules = ["Agree on the question above.", "Each table guesses which way it goes, for how long, and how far, before anybody sees the answer.", "Reveal. The guesses stand on the chart.", "Each role moves its own two levers. Print the record."];
  const guess = (each, place) => h("li", { "data-key": `guess ${place}` }, `${guessed(each)} `, !shop.open && button("unguess", "Remove", { class: "small", "aria-label": `Remove the guess of ${each.table}` }, place));
  return put("workshop", head("Workshop"), h("ol", { class: "quiet" }, rules.map((text) => h("li", {}, text))),
    h("form", { "data-do": "guess", class: "row", novalidate: true }, field("Table", "text", "table", "", { maxlength: 40 }), h("label", {}, "expects ", select("none", SIDES, -1, { name: "side" })),
      field("until day", "number", "day", "60", { min: 0, max: state.horizon }), field("by about", "number", "size", "1", { min: 0, max: 100, step: "any" }), "%", h("button", { type: "submit", disabled: shop.open }, "Guess")),
    h("ul", { class: "bare" }, shop.guesses.map(guess)), note("workshop"),
    h("div", { class: "row" }, button("reveal", shop.open ? "Hide the answer" : "Reveal the answer", { disabled: !shop.open && !ready }),
      choice("role", "I speak for", [["", "everybody"], ...Object.keys(ROLES).map((role) => [role, role])], shop.role), button("again", "New round", { disabled: !shop.guesses.length && !shop.open }),
      button("print", "Print the record", { disabled: !shop.open || !ready })));
}
const guessed = ({ table, side, day, size }) => `${table}: ${SIDES[side + 1][1]}${side ? `, about ${digits(size)} %, until day ${day}` : ""}`;
export function fillRecord() {
  const found = view.found, harm = found.change(state.chosen, HARM), right = { less: -1, same: 0, more: 1 }[harm.direction], policy = state.policies[state.chosen], list = (texts) => h("ul", {}, texts.map((text) => h("li", {}, text)));
  const set = policy.settings.map(([day, number, value]) => `${day ? `From day ${day}: ` : ""}${plain(spec.levers[number].name)} ${told(spec.levers[number], value)}`);
  const assumed = Object.entries(state.priors).map(([name, prior]) => `${plain(name)} ${"fix" in prior ? told(known(name), prior.fix) : `${digits(prior.low)} to ${digits(prior.high)}`}`);
  put("record", head("Record of the workshop"), h("p", {}, `What does ${found.labels[state.chosen]} change, compared with ${found.labels[0]}?`), h("p", { class: "answer" }, sentence(found, harm)),
    head("Guesses"), list(state.workshop.guesses.map((each) => `${guessed(each)}: ${each.side === right ? "the right" : "another"} direction`)), head("The policy"), list(set),
    head("Changed assumptions"), list(assumed.length ? assumed : ["none"]), head("Costs"), list(Object.values(costsOf(found, state.chosen)).filter(Boolean)), quiet(foot()));
}
