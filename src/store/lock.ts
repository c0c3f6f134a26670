import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Processes } from "../system/process-mark.ts";
import { StoreError } from "./errors.ts";
import { findLock, type FoundLock, holderWords, lockName, lockText } from "./lock-holder.ts";
import { createLock, mayBeTaken, takeOver } from "./take-over.ts";
import { textOf } from "./whole-file.ts";

/** Held until disposed of. */
export interface StoreLock extends AsyncDisposable {
  readonly purpose: string;
}

/** How long a lock is waited for that another holds; default: not at all. */
export interface LockPatience {
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

export interface LockRequest {
  readonly purpose: string;
  readonly now: () => Date;
  readonly processes: Processes;
  /** Takes it also from one of which nobody here can tell whether it lives. Default: false. */
  readonly force?: boolean;
}

const retryMs = 200;

/**
 * Takes the lock of a store, between runs of ocbak on all hosts that have it mounted. One whose process is dead is taken
 * over, by one alone; of one on another host nobody can tell. Throws `locked`, naming the holder.
 */
export async function lockDirectory(
  directory: string,
  request: LockRequest,
  { waitMs = 0, signal }: LockPatience = {},
): Promise<StoreLock> {
  // By tries, not by a clock: one that is set back would make it wait for ever.
  for (let left = Math.ceil(waitMs / retryMs); ; left -= 1) {
    const lock = await tryLock(directory, request);
    if (!isHeld(lock)) return lock;
    if (left <= 0) throw locked(lock, directory);
    await setTimeout(retryMs, undefined, signal && { signal });
  }
}

/**
 * Takes a lock away that a killed process left. Gives what was there; undefined: nobody held it. Throws `locked` for one
 * whose process runs, and without `force` for one of which that cannot be told.
 */
export async function breakLock(directory: string, request: LockRequest): Promise<FoundLock | undefined> {
  const found = await findLock(directory, request.processes);
  if (found === undefined) return undefined;
  if (!mayBeTaken(found, request.force === true)) throw locked(found, directory);
  await using _lock = await lockDirectory(directory, request);
  return found;
}

/** The lock, or who has it. */
async function tryLock(directory: string, request: LockRequest): Promise<StoreLock | FoundLock> {
  const { purpose, now, processes, force = false } = request;
  const path = join(directory, lockName);
  const text = lockText(purpose, now(), processes);
  // Twice: the one that had it may give it back before it is looked at.
  for (const _try of [1, 2]) {
    const made = await createLock(path, text);
    if (made !== undefined) return held(path, made, purpose);
    const found = await findLock(directory, processes);
    if (found === undefined) continue;
    const taken = await takeOver(path, found.text, { text, processes, force });
    return taken === undefined ? found : held(path, taken, purpose);
  }
  return { text: "", holder: null, life: "unknown" };
}

function isHeld(lock: StoreLock | FoundLock): lock is FoundLock {
  return "life" in lock;
}

function held(path: string, text: string, purpose: string): StoreLock {
  return {
    purpose,
    async [Symbol.asyncDispose]() {
      // Only our own: somebody may have taken it away by hand, and another hold it now. One that stays is a dead one's.
      if ((await textOf(path).catch(() => undefined)) === text) await unlink(path).catch(() => {});
    },
  };
}

const hints = {
  running: "wait until it is done, or end that process",
  dead: "another takes it over just now: try again",
  unknown: "wait until it is done; where that process is surely dead: ocbak unlock STORE --force",
} as const satisfies Record<FoundLock["life"], string>;

function locked({ holder, life }: FoundLock, directory: string): StoreError {
  return new StoreError("locked", `the store ${directory} is locked by ${holderWords(holder)}`, {
    hint: hints[life],
  });
}
