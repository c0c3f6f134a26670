import { characters, escaped, stringTokens } from "./json5-strings.ts";

/** What a string becomes: `head + tail`, with `tail` at the end of the old one, too. */
export interface Replacement {
  readonly head: string;
  readonly tail: string;
}

/**
 * Replaces values of a JSON or JSON5 text and nothing else of it: comments, order, quotes and what is written of a value
 * behind its changed beginning stay as they are. Keys are not values. Undefined where a string in it is not ended.
 */
export function rewriteStrings(
  text: string,
  replace: (value: string) => Replacement | undefined,
): string | undefined {
  const tokens = stringTokens(text);
  if (tokens === undefined) return undefined;
  let result = "";
  let copied = 0;
  for (const { start, end, quote, raw, isKey } of tokens) {
    if (isKey) continue;
    const chars = raw.includes("\\") ? characters(raw) : undefined;
    const value = chars === undefined ? raw : chars.map((char) => char.value).join("");
    const replacement = replace(value);
    if (replacement === undefined) continue;
    const { head, tail } = replacement;
    const rawTail = chars === undefined ? tail : tailOf(raw, chars, tail.length);
    result += text.slice(copied, start) + quote + escaped(head, quote) + rawTail + quote;
    copied = end;
  }
  return result + text.slice(copied);
}

/** How the last characters of a string are written. */
function tailOf(raw: string, chars: ReturnType<typeof characters>, length: number): string {
  let left = length;
  let start = raw.length;
  for (const { at, value } of chars.toReversed()) {
    if (left === 0) break;
    left -= value.length;
    start = at;
  }
  return raw.slice(start);
}
