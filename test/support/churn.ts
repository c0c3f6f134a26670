import { hash } from "node:crypto";

/** Content that tells whether it is whole: a digest, then what it is the digest of. */
export function selfChecked(seed: number, lengthMax: number): string {
  const body = `version ${seed}\n`.repeat(1 + ((seed * 7919) % lengthMax) / 20);
  return `${hash("sha256", body, "hex")}\n${body}`;
}

/** A line that tells the same of itself. */
export function logLine(seed: number): string {
  const body = `line ${seed} `.repeat(1 + (seed % 50));
  return `${hash("sha256", body, "hex")} ${body}\n`;
}

/**
 * Whether a file of that name ever held exactly this: whole versions; logs up to the end of a write; files that are written in
 * place also while they are empty, or up to where the write has come.
 */
export function isTrueState(name: string, content: string): boolean {
  if (name.includes("log-")) return isLog(content);
  if (content === "") return true;
  const [digest, ...rest] = content.split("\n");
  const body = rest.join("\n");
  if (hash("sha256", body, "hex") === digest) return true;
  return isBegun(body);
}

function isLog(content: string): boolean {
  const lines = content.split("\n");
  const last = lines.pop();
  return (
    last !== undefined && lines.every((line) => hash("sha256", line.slice(65), "hex") === line.slice(0, 64))
  );
}

/** One version alone, not to its end: the kernel lets a file grow page by page while it is written. */
function isBegun(body: string): boolean {
  const lines = body.split("\n");
  const last = lines.pop()!;
  return (
    (Buffer.byteLength(body) + 65) % 4096 === 0 &&
    lines.every((line) => line === lines[0]) &&
    lines[0]!.startsWith(last)
  );
}
