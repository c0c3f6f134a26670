import { readFileSync } from "node:fs";

/** JSON as docs/cli.md writes it: `{archive, entries:{whole, cut}, ranges:[{offset, length|null}], hint?, signer:{key}|null}`. */
export type Shape =
  | { readonly kind: "anything" }
  | { readonly kind: "list"; readonly item: Shape }
  | {
      readonly kind: "object";
      readonly keys: ReadonlyMap<string, { readonly optional: boolean; readonly value: Shape }>;
    };

const anything: Shape = { kind: "anything" };

const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

/** What docs/cli.md says of a command's JSON. */
export function documentedShape(command: string): Shape {
  const chapter = page.split(/^## /m).find((one) => one.startsWith(`\`ocbak ${command}\``));
  const text = /^JSON: `(\{.*?\})`/m.exec(chapter ?? "")?.[1];
  if (text === undefined) throw new Error(`docs/cli.md has no JSON of ${command}`);
  return parseShape(text);
}

export function parseShape(text: string): Shape {
  const tokens = text.match(/[{}[\],:?|]|"[^"]*"|[A-Za-z0-9]+/g) ?? [];
  let at = 0;
  const take = (token: string): boolean => tokens[at] === token && (at += 1) > 0;
  const need = (token: string): void => {
    if (!take(token)) throw new Error(`expected ${token}, not ${tokens[at]}, in ${text}`);
  };
  const value = (): Shape => {
    let shape = anything;
    do {
      const one = single();
      if (one !== anything) shape = one;
    } while (take("|"));
    return shape;
  };
  const single = (): Shape => {
    if (take("{")) return object();
    if (!take("[")) return ((at += 1), anything);
    const item = tokens[at] === "]" ? anything : value();
    need("]");
    return { kind: "list", item };
  };
  const object = (): Shape => {
    const keys = new Map<string, { optional: boolean; value: Shape }>();
    do {
      const key = tokens[at]!;
      at += 1;
      const optional = take("?");
      const isList = take("[");
      if (isList) need("]");
      if (take("|")) need("null");
      keys.set(key.replaceAll('"', ""), {
        optional,
        value: take(":") ? value() : isList ? { kind: "list", item: anything } : anything,
      });
    } while (take(","));
    need("}");
    return { kind: "object", keys };
  };
  return value();
}

/** In what a value is not as documented: paths of keys that are missing or not named, and of what is no list or object. */
export function differences(value: unknown, shape: Shape, at = "$"): string[] {
  if (shape.kind === "anything" || value === null) return [];
  if (shape.kind === "list") {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((item, index) => differences(item, shape.item, `${at}[${index}]`));
  }
  if (typeof value !== "object" || Array.isArray(value)) return [`${at} is no object`];
  const missing = [...shape.keys].filter(([key, { optional }]) => !optional && !(key in value));
  return [
    ...missing.map(([key]) => `${at}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const known = shape.keys.get(key);
      return known === undefined
        ? [`${at}.${key} is not documented`]
        : differences(inner, known.value, `${at}.${key}`);
    }),
  ];
}
