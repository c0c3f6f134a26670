import type { BigIntStats } from "node:fs";
import { DiskError } from "./errors.ts";
import { systemCode } from "./io-error.ts";

export type Kind = "file" | "directory" | "symlink" | "socket" | "fifo" | "device";

const typeMask = 0o170000n;
const kinds: ReadonlyMap<bigint, Kind> = new Map([
  [0o100000n, "file"],
  [0o040000n, "directory"],
  [0o120000n, "symlink"],
  [0o140000n, "socket"],
  [0o010000n, "fifo"],
]);

export function kindOf(stats: BigIntStats): Kind {
  return kinds.get(stats.mode & typeMask) ?? "device";
}

export function inodeKey(file: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${file.dev}:${file.ino}`;
}

/** What the system called the trouble, for a reason that people read. */
export function troubleOf(error: unknown): string {
  if (error instanceof DiskError) return error.message;
  return systemCode(error) ?? (error instanceof Error ? error.message : String(error));
}

/** What it means for an entry that the system refused it: gone (also when another thing took its name), or not ours to read. */
export function absenceOf(error: unknown): { readonly vanished: string } | { readonly unreadable: string } {
  const trouble = troubleOf(error);
  return ["ENOENT", "ENOTDIR", "ELOOP"].includes(trouble) ? { vanished: trouble } : { unreadable: trouble };
}
