import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { lifeOf, markOf, ProcessMark, type Processes } from "../system/process-mark.ts";
import { textOf } from "./whole-file.ts";

/** Of the file in a store that says who holds it. */
export const lockName = ".ocbak-store.lock";

/** Who holds a store, for what, since when. */
export const LockHolder = z.strictObject({
  purpose: z.string(),
  /** ISO 8601. */
  since: z.string(),
  holder: ProcessMark,
  /** Random: no two locks are the same. */
  token: z.string(),
});
export type LockHolder = z.infer<typeof LockHolder>;

/** The lock of a store as it was found. */
export interface FoundLock {
  readonly text: string;
  /** Null where that cannot be read. */
  readonly holder: LockHolder | null;
  /** `unknown`: of another host, or nobody can tell. */
  readonly life: "running" | "dead" | "unknown";
}

/** The text of a lock that this process takes. */
export function lockText(purpose: string, since: Date, processes: Processes): string {
  const token = randomBytes(8).toString("hex");
  const lock: LockHolder = { purpose, since: since.toISOString(), holder: markOf(processes), token };
  return `${JSON.stringify(lock)}\n`;
}

/** The lock of a store; undefined where nobody holds it. Throws StoreError. */
export async function findLock(directory: string, processes: Processes): Promise<FoundLock | undefined> {
  const text = await textOf(join(directory, lockName));
  return text === undefined ? undefined : lockOf(text, processes);
}

/** What the text of a lock, or of a claim on one, says. */
export function lockOf(text: string, processes: Processes): FoundLock {
  const holder = holderIn(text);
  return { text, holder, life: holder === null ? "unknown" : lifeOf(holder.holder, processes) };
}

/** `process 12 of alex-pc (prune, since 2026-11-22T03:00:00.000Z)`. */
export function holderWords(holder: LockHolder | null): string {
  if (holder === null) return "somebody";
  const { pid, host } = holder.holder;
  return `process ${pid} of ${host} (${holder.purpose}, since ${holder.since})`;
}

function holderIn(text: string): LockHolder | null {
  try {
    return LockHolder.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
