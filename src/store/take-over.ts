import { createHash } from "node:crypto";
import { rename, unlink } from "node:fs/promises";
import type { Processes } from "../system/process-mark.ts";
import { StoreError } from "./errors.ts";
import { type FoundLock, lockOf } from "./lock-holder.ts";
import { storeError } from "./store-error.ts";
import { createEmpty, createWhole, textOf } from "./whole-file.ts";

export interface TakeOver {
  /** That of our own lock. */
  readonly text: string;
  readonly processes: Processes;
  /** Also from one of which nobody can tell whether it is dead. */
  readonly force: boolean;
}

/**
 * Puts our lock in the place of one whose holder is dead, and gives what stands in it; undefined where that is not dead, or
 * another was faster.
 *
 * Whoever is to do it claims that right first, by a file whose name is made of the dead one's text: there can be one only.
 * Where the claimant died, too, its claim is claimed in turn, and so on. Texts are never used again, so that a claim which
 * came late finds another text in the lock, and is given up. The claim becomes the lock: its name is never free in between.
 */
export async function takeOver(path: string, found: string, request: TakeOver): Promise<string | undefined> {
  const claimed = await claim(path, found, request);
  if (claimed === undefined) return undefined;
  const { ours, text, dead } = claimed;
  if ((await textOf(path)) !== found) {
    await remove(ours);
    return undefined;
  }
  try {
    await rename(ours, path);
  } catch (error) {
    await remove(ours);
    throw storeError(error, `taking over ${path}`);
  }
  for (const name of dead) await remove(name);
  return text;
}

/** Our claim, what stands in it, and those of dead ones on the way to it; undefined where another has the right. */
async function claim(
  path: string,
  found: string,
  { text, processes, force }: TakeOver,
): Promise<{ ours: string; text: string; dead: readonly string[] } | undefined> {
  const dead: string[] = [];
  let holder: string | undefined = found;
  while (holder !== undefined) {
    if (!mayBeTaken(lockOf(holder, processes), force)) return undefined;
    const ours = `${path}.${createHash("sha256").update(holder).digest("hex").slice(0, 12)}.claim`;
    const written = await createLock(ours, text);
    if (written !== undefined) return { ours, text: written, dead };
    dead.push(ours);
    holder = await textOf(ours);
  }
  return undefined;
}

/**
 * Makes a lock, or a claim on one, and gives what stands in it; undefined where there is one. On a full disk that is nothing: it
 * must be possible to prune there. It is a lock like others, but of one that is left nobody can tell whose it was.
 */
export async function createLock(path: string, text: string): Promise<string | undefined> {
  try {
    return (await createWhole(path, text)) ? text : undefined;
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "no-space")) throw error;
  }
  try {
    return (await createEmpty(path)) ? "" : undefined;
  } catch (error) {
    throw storeError(error, `locking ${path}`);
  }
}

export function mayBeTaken({ life }: Pick<FoundLock, "life">, force: boolean): boolean {
  return life === "dead" || (force && life === "unknown");
}

/** One that stays is in nobody's way. */
async function remove(claimed: string): Promise<void> {
  await unlink(claimed).catch(() => {});
}
