import { createHash } from "node:crypto";
import { unlink } from "node:fs/promises";
import type { Processes } from "../system/process-mark.ts";
import { type FoundLock, lockOf } from "./lock-holder.ts";
import { replaceFile } from "./replace-file.ts";
import { createWhole, textOf } from "./whole-file.ts";

export interface TakeOver {
  /** That of our own lock. */
  readonly text: string;
  readonly processes: Processes;
  /** Also from one of which nobody can tell whether it is dead. */
  readonly force: boolean;
}

/**
 * Puts our text in a lock's place whose holder is dead; false where it is not dead, or another was faster.
 *
 * Whoever is to do it claims that right first, by a file whose name is made of the dead one's text: there can be one only.
 * Where the claimant died, too, its claim is claimed in turn, and so on. Texts are never used again, so that a claim which
 * came late finds another text in the lock, and is given up. The lock's name is never free in between.
 */
export async function takeOver(path: string, found: string, request: TakeOver): Promise<boolean> {
  const claims = await claim(path, found, request);
  const ours = claims?.pop();
  if (claims === undefined || ours === undefined) return false;
  try {
    if ((await textOf(path)) !== found) return false;
    await replaceFile(path, request.text);
  } finally {
    await remove(ours);
  }
  for (const dead of claims) await remove(dead);
  return true;
}

/** The claims down to ours, which is the last; undefined where another has the right. */
async function claim(
  path: string,
  found: string,
  { text, processes, force }: TakeOver,
): Promise<string[] | undefined> {
  const claims: string[] = [];
  let dead: string | undefined = found;
  while (dead !== undefined) {
    if (!mayBeTaken(lockOf(dead, processes), force)) return undefined;
    const name = `${path}.${createHash("sha256").update(dead).digest("hex").slice(0, 12)}.claim`;
    claims.push(name);
    if (await createWhole(name, text)) return claims;
    dead = await textOf(name);
  }
  return undefined;
}

export function mayBeTaken({ life }: Pick<FoundLock, "life">, force: boolean): boolean {
  return life === "dead" || (force && life === "unknown");
}

/** One that stays is in nobody's way. */
async function remove(claimed: string): Promise<void> {
  await unlink(claimed).catch(() => {});
}
