import { join } from "node:path";
import type { Context } from "./context.ts";

/** `2026-11-22T10:00:00Z`: whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** `20261122T100000Z`: for file names. */
function compactTimestamp(date: Date): string {
  return timestamp(date).replaceAll(/[-:]/g, "");
}

/** `openclaw[-PROFILE]-HOST-20261122T100000Z.ocbak`. */
export function defaultArchiveName(
  profile: string | null,
  context: Pick<Context, "hostname" | "now">,
): string {
  const host = context.hostname.replaceAll(/[^A-Za-z0-9.-]/g, "_").slice(0, 64) || "host";
  return [
    "openclaw",
    ...(profile === null ? [] : [profile]),
    host,
    `${compactTimestamp(context.now())}.ocbak`,
  ].join("-");
}

/** The wanted name, or the first with a number that is free: two in one second, or a clock that was put back. */
export async function freeArchiveName(
  wanted: string,
  isTaken: (name: string) => Promise<boolean>,
): Promise<string> {
  let name = wanted;
  for (let count = 2; await isTaken(name); count += 1) name = wanted.replace(/\.ocbak$/, `-${count}.ocbak`);
  return name;
}

/** Where private files of a run lie for a moment: `$TMPDIR` where set, else the user's cache on disk, not a memory disk. */
export function workParent({ env, osHomeDir }: Pick<Context, "env" | "osHomeDir">): string {
  const base = env["XDG_CACHE_HOME"] || join(osHomeDir, ".cache");
  return env["TMPDIR"] ? join(env["TMPDIR"], "ocbak") : join(base, "ocbak");
}
