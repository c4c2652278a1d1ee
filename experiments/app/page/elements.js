// Elements of the page, and how what is seen becomes what it should be.
import { h, there } from "./common.js";

export const $ = (id) => document.getElementById(id);
export const holderOf = (name) => document.querySelector(`[data-painted="${name}"]`);
export const small = matchMedia("(max-width: 640px)");
const waiting = {};
export const typing = (node) => /^(text|number|search)$/.test(node?.type ?? "");
export function later(name, work, wait = 60) { clearTimeout(waiting[name]); waiting[name] = setTimeout(work, wait); }
const alike = (one, other) => one.nodeName === other.nodeName && (one.dataset?.key ?? "") === (other.dataset?.key ?? "");
// Make what is seen as it should be, touching only what differs, so that a slider keeps its drag and a field its focus.
function morph(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if ("painted" in old.dataset) return;
  const kids = [...fresh.childNodes];
  kids.forEach((kid, place) => {
    let mine = old.childNodes[place];
    if (mine && !alike(mine, kid)) {
      const match = kid.dataset?.key && [...old.childNodes].slice(place).find((each) => alike(each, kid));
      old.insertBefore(match || kid, mine);
      if (!match) return;
      mine = match;
    }
    if (!mine) old.append(kid);
    else if (kid.nodeType === Node.ELEMENT_NODE) morph(mine, kid);
    else if (mine.data !== kid.data) mine.data = kid.data;
  });
  while (old.childNodes.length > kids.length) old.lastChild.remove();
  if (!/^(INPUT|SELECT)$/.test(old.nodeName)) return;
  if (old.type === "checkbox") old.checked = fresh.checked;
  else if (old.value !== fresh.value && !old.closest("form") && !(old === document.activeElement && typing(old))) old.value = fresh.value;
}
export function put(id, ...kids) { const fresh = $(id).cloneNode(false); fresh.append(...there(kids)); morph($(id), fresh); }
export const args = (...list) => JSON.stringify(list);
export const button = (act, text, props, ...list) => h("button", { type: "button", "data-do": act, "data-arg": args(...list), ...props }, text);
export const select = (act, options, value, props) => h("select", { "data-do": act, ...props, value: String(value) },
  options.map(([key, text]) => h("option", { value: String(key), selected: String(key) === String(value) }, text)));
export const choice = (act, name, options, value, props) => h("label", { class: "field" }, `${name} `, select(act, options, value, props));
export const input = (type, props) => h("input", { type, autocomplete: "off", ...props });
export const range = (act, most, value, text, props) => input("range", { min: 0, max: most, step: 1, "data-do": act, "aria-valuetext": text, ...props, value: String(value) });
export const figure = (name) => h("figure", { "data-key": name }, h("div", { "data-painted": name }));
export const quiet = (...text) => h("p", { class: "quiet" }, ...text);
export const head = (text) => h("h2", {}, text);
// A drawing is text that draw.js made of numbers and of words that it escaped; as XML it can hold nothing else.
export function paint(name, drawing, data) {
  const holder = holderOf(name);
  if (!holder) return;
  const svg = drawing({ ...data, narrow: holder.clientWidth < 560 });
  if (holder.drawn === svg) return;
  holder.drawn = svg;
  holder.replaceChildren(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
}
