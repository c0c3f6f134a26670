import { compareDatabases, type DatabaseDifference } from "../../disk/database-diff.ts";
import { removeCopy } from "../../disk/database-family.ts";
import type { Absence, Content } from "./compared-entry.ts";

/** A database as one file in a private directory; or why there can be none. */
export type DatabaseCopy = { readonly file: string } | { readonly reason: string };

/** What two databases differ in, or why their rows could not be compared though their bytes differ. */
export interface RowDifference extends DatabaseDifference {
  readonly reason: string | null;
}

/** Reading two databases takes no longer than this. */
const deadlineMs = 15 * 60_000;

/** Compares by rows; undefined where they are equal. */
export async function compareRows(
  left: NonNullable<Content["copy"]>,
  right: NonNullable<Content["copy"]>,
  signal: AbortSignal,
): Promise<RowDifference | Absence | undefined> {
  const deadline = performance.now() + deadlineMs;
  using first = new HeldCopy(await left());
  if ("kind" in first.copy) return first.copy;
  using second = new HeldCopy(await right());
  if ("kind" in second.copy) return second.copy;
  if ("reason" in first.copy) return notCompared(first.copy.reason);
  if ("reason" in second.copy) return notCompared(second.copy.reason);
  try {
    const difference = await compareDatabases(first.copy.file, second.copy.file, { deadline, signal });
    return difference && { ...difference, reason: null };
  } catch (error) {
    signal.throwIfAborted();
    return notCompared(error instanceof Error ? error.message : String(error));
  }
}

function notCompared(reason: string): RowDifference {
  return { settings: [], schema: [], tables: [], reason: `its rows could not be compared: ${reason}` };
}

class HeldCopy implements Disposable {
  readonly copy: DatabaseCopy | Absence;

  constructor(copy: DatabaseCopy | Absence) {
    this.copy = copy;
  }

  [Symbol.dispose](): void {
    if ("file" in this.copy) removeCopy(this.copy.file);
  }
}
