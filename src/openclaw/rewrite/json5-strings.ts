/** A string in a JSON5 text: where it stands with its quotes, and what is written between them. */
export interface StringToken {
  readonly start: number;
  readonly end: number;
  readonly quote: string;
  readonly raw: string;
  readonly isKey: boolean;
}

const lineEnds = /[\n\r\u2028\u2029]/;

/**
 * The strings of a JSON5 text (https://spec.json5.org), in order. Whatever else stands there, comments too, is passed over
 * unread: a text that is no JSON5 gives what looks like strings. Undefined where one is not ended.
 */
export function stringTokens(text: string): StringToken[] | undefined {
  const tokens: StringToken[] = [];
  for (let at = 0; at < text.length;) {
    const past = pastComment(text, at);
    const quote = text[at]!;
    if (past !== undefined) at = past;
    else if (quote !== '"' && quote !== "'") at += 1;
    else {
      const end = endOfString(text, at);
      if (end === undefined) return undefined;
      const isKey = text[pastSpace(text, end)] === ":";
      tokens.push({ start: at, end, quote, raw: text.slice(at + 1, end - 1), isKey });
      at = end;
    }
  }
  return tokens;
}

function pastComment(text: string, at: number): number | undefined {
  if (text[at] !== "/") return undefined;
  if (text[at + 1] === "*") {
    const end = text.indexOf("*/", at + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (text[at + 1] !== "/") return undefined;
  let end = at + 2;
  while (end < text.length && !lineEnds.test(text[end]!)) end += 1;
  return end;
}

function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === text[start]) return at + 1;
  }
  return undefined;
}

function pastSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const past = pastComment(text, at);
    if (past !== undefined) at = past;
    else if (at < text.length && /[\s\uFEFF]/.test(text[at]!)) at += 1;
    else return at;
  }
}

const escape = /\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|[^]))|[^\\]/gy;
const single: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  0: "\0",
};

/** What a string says: each of its characters with the place in `raw` that it begins at. */
export function characters(raw: string): { readonly at: number; readonly value: string }[] {
  return Array.from(raw.matchAll(escape), (match) => {
    const [all, unicode, byte, other] = match;
    const at = match.index;
    const code = unicode ?? byte;
    if (code !== undefined) return { at, value: String.fromCharCode(Number.parseInt(code, 16)) };
    if (other === undefined) return { at, value: all };
    const isContinuation = lineEnds.test(other[0]!);
    return { at, value: isContinuation ? "" : (single[other] ?? other) };
  });
}

/** A text as it may stand between these quotes, in JSON as in JSON5. */
export function escaped(value: string, quote: string): string {
  return value.replaceAll(/["'\\\p{Cc}\u2028\u2029]/gu, (char) => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    if (char === "\\") return "\\\\";
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
