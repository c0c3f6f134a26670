import { spawnSync } from "node:child_process";
import type { Places, Tool } from "../jobs.ts";
import { borg } from "./borg.ts";
import { dar } from "./dar.ts";
import { ocbak } from "./ocbak.ts";
import { openclaw } from "./openclaw.ts";
import { restic } from "./restic.ts";
import { gzip, pipe } from "./tar.ts";

export interface Skipped {
  readonly name: string;
  readonly why: string;
}

/** The peers, in the order of the table. */
const peers = { tar: gzip, pipe, restic, borg, dar, openclaw } as const;

/** `--peers` and what it may say. */
export const peerNames: readonly string[] = Object.keys(peers);

/** ocbak, which the others are compared with, then those of `wanted` that can run here; and which of them cannot. */
export function findTools(
  places: Places,
  wanted: readonly string[],
): { readonly tools: readonly Tool[]; readonly skipped: readonly Skipped[] } {
  const tools: Tool[] = [ocbak(places)];
  const skipped: Skipped[] = [];
  for (const [name, make] of Object.entries(peers)) {
    const tool = make(places);
    const missing = tool.needs.filter((program) => !isThere(program));
    if (!wanted.includes(name)) skipped.push({ name, why: "not asked for" });
    else if (name === "openclaw" && places.openclaw === undefined)
      skipped.push({ name, why: "not pointed to with --openclaw" });
    else if (missing.length > 0) skipped.push({ name, why: `no ${missing.join(", no ")} on this machine` });
    else tools.push(tool);
  }
  return { tools, skipped };
}

function isThere(program: string): boolean {
  return spawnSync("bash", ["-c", 'command -v "$0"', program]).status === 0;
}
