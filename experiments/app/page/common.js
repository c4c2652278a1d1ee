// What all files of the page use: what the report says and draws too, the model with what is known of it (`spec`), and small helpers.

export const { draw, telling } = lockgate;
export const { HARM, DELAY, LATE, PARITY, PARTS, WEEK, costsOf, course, digits, finite, inPercent, isChoice, lookOf, minus, money, pause, plain } = telling;
export const { h, say, sharesOf, sizeOf, spread, title, told, there, wordOf, worldLine, worldsData, worldsOf, zeros } = telling;
export const MOST_POLICIES = 5;
export const MOST_DAYS = 3650;
export const DAYS = [56, 1825];
export const MOST_NAME = 60;
export const [LOGNORMAL, CHOICE] = [3, 5]; // kinds of priors
export let spec;
export let model;
export function equip(given, made) {
  [spec, model] = [given, made];
  telling.begin(spec, model);
}
export const unique = (list) => [...new Set(list)];
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
export const cleaned = (text, otherwise = "policy") => String(text).replace(/[\p{C}\u2028\u2029]/gu, " ").replace(/\s+/g, " ").trim().slice(0, MOST_NAME) || otherwise;
export const bytesOf = (text) => Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
