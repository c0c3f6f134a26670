import type { Verdict, VerifyLevel } from "../reports.ts";

/**
 * Which archives of a store are read: one group of so many, one of so many parts with the longest unread, or what is due
 * for all to be read within a time.
 */
export type Subset =
  | { readonly group: number; readonly groups: number }
  | { readonly parts: number }
  | { readonly withinMs: number };

/** An archive that was read, or that was to be. */
export interface VerifiedArchive {
  readonly name: string;
  /** Null where nothing of it tells. */
  readonly archiveId: string | null;
  readonly sizeBytes: number;
  /** What was looked at: `intact` where no key that was given opens it. */
  readonly level: VerifyLevel;
  /** `unreadable`: the store could not give its bytes. `no-key`: a level was asked for that needs a key to it. */
  readonly verdict: Verdict | "unreadable" | "no-key";
  /** Whether nothing that matters was missed at its capture; null where that cannot be told. */
  readonly complete: boolean | null;
  /** What is wrong with it. */
  readonly reason: string | null;
}

/** An archive that was not read this time, and is not whole as far as is known. */
export interface KnownBad {
  readonly name: string;
  readonly archiveId: string | null;
  readonly verdict: string;
  readonly reason: string | null;
  /** ISO 8601: when that was found; null: its beginning and end were looked at just now. */
  readonly at: string | null;
}

/** `ocbak verify` of a store. */
export interface StoreVerifyReport {
  readonly store: string;
  readonly storeId: string;
  readonly subset: Subset | null;
  readonly read: readonly VerifiedArchive[];
  readonly knownBad: readonly KnownBad[];
  /** All that it holds. */
  readonly archives: number;
  readonly bytes: number;
  /** How many were never read there, as far as this machine knows. */
  readonly neverRead: number;
  /** ISO 8601: of the others, when the one was read that was not for the longest time. */
  readonly oldestReadAt: string | null;
  readonly durationMs: number;
}
