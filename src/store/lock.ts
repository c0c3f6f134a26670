import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { lifeOf, markOf, ProcessMark, type Processes } from "../system/process-mark.ts";
import { StoreError } from "./errors.ts";
import { storeError, systemCode } from "./store-error.ts";

export const lockName = ".ocbak-store.lock";

/** Who holds a store, for what, since when. */
export const LockHolder = z.strictObject({
  purpose: z.string(),
  since: z.string(),
  holder: ProcessMark,
});
export type LockHolder = z.infer<typeof LockHolder>;

/** Held until disposed of. */
export interface StoreLock extends AsyncDisposable {
  readonly purpose: string;
}

export interface LockRequest {
  readonly purpose: string;
  readonly now: Date;
  readonly processes: Processes;
}

/**
 * Takes the lock of a store, between runs of ocbak on all hosts that have it mounted. One whose process is dead is taken
 * over, by one alone; of one on another host nobody can tell. Throws `locked`, naming the holder.
 */
export async function lockDirectory(directory: string, request: LockRequest): Promise<StoreLock> {
  const path = join(directory, lockName);
  const { purpose, now, processes } = request;
  const text = `${JSON.stringify({ purpose, since: now.toISOString(), holder: markOf(processes) } satisfies LockHolder)}\n`;
  if (!(await takeName(path, text))) {
    await moveAsideIfDead(path, processes);
    if (!(await takeName(path, text))) throw locked(path, await readHolder(path));
  }
  return {
    purpose,
    async [Symbol.asyncDispose]() {
      // Only our own: somebody may have taken it away by hand, and another hold it now.
      if ((await textOf(path)) === text) await unlink(path).catch(() => {});
    },
  };
}

/** Who holds a store; null where nobody does. */
export async function holderOf(directory: string): Promise<LockHolder | null> {
  const path = join(directory, lockName);
  return (await textOf(path)) === undefined ? null : ((await readHolder(path)) ?? unknownHolder);
}

const unknownHolder: LockHolder = {
  purpose: "unknown",
  since: "unknown",
  holder: { host: "unknown", boot: null, pid: 1, start: null },
};

/** The lock has its name with its whole content or not at all, so that nobody reads half of one. */
async function takeName(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    {
      await using handle = await open(beside, "wx", 0o600);
      await handle.writeFile(text);
    }
    return await linkOrCreate(beside, path, text);
  } catch (error) {
    throw storeError(error, `locking ${path}`);
  } finally {
    await unlink(beside).catch(() => {});
  }
}

async function linkOrCreate(beside: string, path: string, text: string): Promise<boolean> {
  try {
    await link(beside, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
  }
  // No hard links here (FAT): a reader may see it empty for a moment, and takes that for held.
  try {
    await using handle = await open(path, "wx", 0o600);
    await handle.writeFile(text);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Of many that find the same dead holder one renames it away; what another has locked since is put back. */
async function moveAsideIfDead(path: string, processes: Processes): Promise<void> {
  const found = await textOf(path);
  const holder = parse(found);
  if (found === undefined || holder === undefined || lifeOf(holder.holder, processes) !== "dead") return;
  const aside = `${path}.${randomBytes(6).toString("hex")}.dead`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw storeError(error, `taking over ${path}`);
  }
  if ((await textOf(aside)) !== found) await link(aside, path).catch(() => {});
  await unlink(aside).catch(() => {});
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  return parse(await textOf(path));
}

function parse(text: string | undefined): LockHolder | undefined {
  try {
    return LockHolder.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw storeError(error, `reading ${path}`);
  }
}

function locked(path: string, found: LockHolder | undefined): StoreError {
  const who =
    found === undefined
      ? "somebody"
      : `process ${found.holder.pid} of ${found.holder.host} (${found.purpose}, since ${found.since})`;
  return new StoreError("locked", `the store is locked by ${who}: ${path}`, {
    hint: "wait until it is done; where that process is surely dead, remove the file yourself",
  });
}
