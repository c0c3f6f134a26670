import { secretPatterns } from "../../openclaw/secret-patterns.ts";

/** Behind what a pattern needs to know a secret comes the rest of it. */
const rest = "[^\\s\"'`]*";
const secrets = secretPatterns.map(({ pattern }) => new RegExp(pattern.source + rest, `${pattern.flags}g`));
const webAddress = /\bhttps?:\/\/[^\s"'`<>]+/gi;
const charactersMax = 500;

/**
 * An error's message as it may be recorded and handed on: one line, of addresses the origin alone, and nothing that looks
 * like a secret. Messages of ocbak hold none; those of other programs and of the system are not ours.
 */
export function safeReason(message: string): string {
  const line = message.replaceAll(webAddress, originOf).replaceAll(/\s+/g, " ").trim();
  const safe = secrets.reduce((text, pattern) => text.replaceAll(pattern, "[secret]"), line);
  return safe.length <= charactersMax ? safe : `${safe.slice(0, charactersMax - 1)}…`;
}

function originOf(address: string): string {
  return URL.canParse(address) ? `${new URL(address).origin}/…` : "[address]";
}
