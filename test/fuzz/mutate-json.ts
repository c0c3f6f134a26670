import type { Rng } from "./rng.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const numbers = [
  0,
  1,
  -1,
  7,
  8,
  255,
  511,
  512,
  513,
  65_535,
  65_536,
  999_999,
  1_000_000,
  16_000_001,
  20_000_001,
  0xffffffff,
  2 ** 32,
  8_589_934_591,
  8_589_934_592,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  1e21,
  1.5,
  -0.5,
];
const texts = [
  "", ".", "..", "/", "//", "state", "state/", "state/..", "state/a\0b", "/etc/passwd", "workspace.main",
  "workspace.main/MEMORY.md", "workspace.main/../x", "state//a", "toString", "__proto__", "constructor",
  "ä", "a\u0308", "\u202e", "\ud800", "\udc00x", "🦞", "\n", "\r", "\u2028", "\ufeff", "\0", "\x7f", "x".repeat(64),
  "x".repeat(65), "x".repeat(255), "y".repeat(256), "z/".repeat(130), "é".repeat(200), "x".repeat(4097),
  "q".repeat(70_000), "0644", "0777", "01777", "0000", "0", "-1", "-0", "1700000000123456789", "99999999999999999999",
  "-99999999999999999999", "8589934592000000000", "ok", "database", "changed", "vanished", "unreadable", "moved",
  "excluded:cache", "excluded:", "file", "directory", "symlink", "hardlink", "fifo", "plain", "sealed", "ocbak",
  "2026-02-30T00:00:00Z", "2024-02-29T23:59:59Z", "ff", "c3", "c3a4", "FF", "abc", "0".repeat(64), "0".repeat(30),
]; // prettier-ignore

type Change = (value: Json, rng: Rng) => Json;

function odd(rng: Rng): Json {
  return rng.weighted<() => Json>([
    [4, () => rng.pick(numbers)],
    [6, () => rng.pick(texts)],
    [1, () => null],
    [1, () => rng.once(2)],
    [1, () => []],
    [1, () => ({})],
    [1, () => deep(rng)],
    [1, () => [rng.pick(texts), rng.pick(texts)]],
  ])();
}

function deep(rng: Rng): Json {
  let value: Json = rng.pick(numbers);
  for (let depth = rng.between(1, 40); depth > 0; depth--) value = rng.once(2) ? [value] : { a: value };
  return value;
}

/** Near the value that is there. */
function beside(value: Json, rng: Rng): Json {
  if (typeof value === "number") return value + rng.pick([-512, -1, 1, 512]);
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string" || value === "") return odd(rng);
  const at = rng.int(value.length);
  const char = rng.pick(["", "/", "..", "\0", "a", "A", "0", value[at]!.repeat(2), "\u00e9"]);
  return value.slice(0, at) + char + value.slice(at + 1);
}

function inObject(object: { [key: string]: Json }, rng: Rng): Json {
  const keys = Object.keys(object);
  const key = rng.pick(keys);
  const { [key]: value, ...rest } = object;
  const set = (name: string, to: Json): Json =>
    Object.defineProperty({ ...object }, name, { value: to, enumerable: true });
  if (key === undefined) return { a: odd(rng) };
  return rng.weighted<() => Json>([
    [2, () => rest],
    [
      1,
      () => ({
        ...rest,
        [rng.pick([`${key}Hex`, key.toUpperCase(), `${key}x`, "__proto__", "size"])]: value!,
      }),
    ],
    [
      1,
      () =>
        set(
          rng.pick(["absent", "sparse", "validBytes", "reason", "pathHex", "link", "x", "__proto__"]),
          odd(rng),
        ),
    ],
    [3, () => set(key, odd(rng))],
    [5, () => set(key, beside(value!, rng))],
    [1, () => set(key, object[rng.pick(keys)]!)],
    [isBranch(value!) ? 8 : 0, () => set(key, mutateJson(value!, rng))],
  ])();
}

function inArray(array: Json[], rng: Rng): Json {
  const at = rng.int(array.length);
  return rng.weighted<() => Json>([
    [1, () => array.filter((_, index) => index !== at)],
    [1, () => [...array, odd(rng)]],
    [1, () => [...array, ...array.slice(at, at + 1)]],
    [1, () => array.toReversed()],
    [array.length > 0 ? 3 : 0, () => array.with(at, mutateJson(array[at]!, rng))],
  ])();
}

function isBranch(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** The same value, but for one change somewhere in it. */
export const mutateJson: Change = (value, rng) => {
  if (rng.once(60)) return odd(rng);
  if (Array.isArray(value)) return inArray(value, rng);
  if (typeof value === "object" && value !== null) return inObject(value, rng);
  return rng.once(2) ? odd(rng) : beside(value, rng);
};

/** Keys in order, no space; what has no canonical form is written as JSON.stringify does. */
export function encodeJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item) => encodeJson(item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${encodeJson(value[key]!)}`);
  return `{${parts.join(",")}}`;
}

/** Says the same, or nearly, in a form that is not the canonical one. */
function otherForm(text: string, rng: Rng): string {
  const at = rng.int(text.length);
  const [pair] = /"[a-zA-Z]+":[^,{}[\]]+/.exec(text.slice(at)) ?? [];
  return rng.weighted<() => string>([
    [2, () => `${text.slice(0, at)}${rng.pick([" ", "\t", "\n", "\r\n", "\ufeff", ","])}${text.slice(at)}`],
    [2, () => (pair === undefined ? text : text.replace(pair, () => `${pair},${pair}`))],
    [
      1,
      () =>
        text.replace(/\d+/, (digits) => rng.pick([`0${digits}`, `${digits}.0`, `${digits}e0`, `-${digits}`])),
    ],
    [1, () => text.replace(/[a-z]/, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)],
    [1, () => text.replace("/", "\\/")],
    [1, () => text.replace(/true|"[a-z]+"/, "null")],
    [1, () => text.slice(0, at)],
    [1, () => `${text.slice(0, at)}${text.slice(at + 1)}`],
    [1, () => `${text}${text}`],
    [1, () => "[".repeat(rng.pick([31, 32, 33, 100_000]))],
  ])();
}

/** A JSON text with one change: of its value mostly, of its form at times. What is no JSON is changed as a text. */
export function mutateJsonText(text: string, rng: Rng): string {
  if (rng.once(5)) return otherForm(text, rng);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return otherForm(text, rng);
  }
  return encodeJson(mutateJson(value, rng));
}
