import { secretPatterns } from "../../openclaw/secret-patterns.ts";

/** A pattern knows a secret by a part of it: the whole word goes, of a path its end. */
const secrets = [
  // A key file that was read as something else: all of it.
  /-----BEGIN .*?(?:-----END |$)/g,
  /PuTTY-User-Key-File.*/g,
  ...secretPatterns.map(({ pattern: { source, flags } }) => new RegExp(source, `${flags}g`)),
  // Letters and digits mixed as nobody does by hand, and no digest; digits of a key behind a short name.
  /(?=[A-Za-z0-9]{0,60}\d)(?=[0-9a-f]{0,60}[A-Zg-z])[A-Za-z0-9]{20}/g,
  /\b[a-z]{2,10}_[0-9a-f]{32}/g,
];
const wordEnd = /[\s"'`]|$/g;
const wordStart = /[\s"'`/]/;
const webAddress = /\bhttps?:\/\/[^\s"'`<>]+/gi;
const charactersRead = 4_000;
const charactersMax = 500;

/**
 * An error's message as it may be recorded and handed on: one line, of web addresses the origin alone, and nothing that
 * looks like a secret. Messages of ocbak hold none; those of other programs and of the system are not ours.
 */
export function safeReason(message: string): string {
  const line = message.slice(0, charactersRead).replaceAll(webAddress, originOf).replaceAll(/\s+/g, " ");
  const safe = secrets.reduce(withoutMatches, line.trim());
  return safe.length <= charactersMax ? safe : `${safe.slice(0, charactersMax - 1)}…`;
}

function withoutMatches(text: string, pattern: RegExp): string {
  let [result, end] = ["", 0];
  for (const { index, 0: match } of text.matchAll(pattern)) {
    if (index < end) continue;
    let start = index;
    while (start > end && !wordStart.test(text[start - 1]!)) start -= 1;
    result += `${text.slice(end, start)}[secret]`;
    wordEnd.lastIndex = index + match.length;
    end = wordEnd.exec(text)!.index;
  }
  return result + text.slice(end);
}

function originOf(address: string): string {
  if (!URL.canParse(address)) return "[address]";
  const { origin } = new URL(address);
  return address === origin ? origin : `${origin}/…`;
}
