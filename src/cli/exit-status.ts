import type { Verdict } from "../backup/reports.ts";

/** The one table of exit statuses (docs/cli.md repeats it; a test compares the two). */
export const exitMeanings = {
  0: "done",
  1: "failed",
  2: "usage, or no recipient",
  3: "done, but incomplete: the archive exists, data that matters was missed at capture",
  4: "compared, and they differ",
  5: "a backup is overdue, or its last drill failed",
  10: "archive, store, installation or schedule not found",
  11: "locked",
  12: "no identity or passphrase fits",
  20: "damaged",
  21: "cut short or parts missing",
  22: "unsafe content refused",
  23: "binding or signature does not hold",
  24: "made by a newer format, or an unknown critical feature",
  26: "target does not fit: owner, space, in use, exists, newer OpenClaw needed",
  27: "not an archive",
  28: "older than the high-water mark",
  130: "interrupted (SIGINT)",
  143: "terminated (SIGTERM)",
} as const;

export type ExitStatus = keyof typeof exitMeanings;

export const statusOfVerdict = {
  complete: 0,
  intact: 0,
  full: 0,
  authentic: 0,
  damaged: 20,
  partial: 21,
  unsafe: 22,
  unbound: 23,
  unsupported: 24,
  "not-an-archive": 27,
  stale: 28,
} as const satisfies Record<Verdict, ExitStatus>;

/** Of what was verified: a whole archive of a capture with holes is not a good backup, so that a nightly job notices. */
export function statusOfProof(verdict: Verdict, complete: boolean | null): ExitStatus {
  const status = statusOfVerdict[verdict];
  return status === 0 && complete === false ? 3 : status;
}
