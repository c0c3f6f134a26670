import { DiskError, type DiskErrorCode } from "./errors.ts";

/** The system's error code (`ENOENT`, …) of whatever was thrown, or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const translations: Readonly<Record<string, { code: DiskErrorCode; hint?: string }>> = {
  ENOSPC: { code: "no-space", hint: "free some space on the target's file system and try again" },
  EDQUOT: { code: "no-space", hint: "the disk quota is used up" },
  EEXIST: { code: "collision" },
  EIO: { code: "io", hint: "the disk reports an error: see what the system's log says of it (dmesg)" },
  EROFS: { code: "target-unfit", hint: "the file system is mounted read-only" },
  EACCES: { code: "target-unfit" },
  EPERM: { code: "target-unfit" },
  ENAMETOOLONG: { code: "target-unfit", hint: "a name or path is longer than this file system takes" },
  EILSEQ: { code: "target-unfit", hint: "the file system does not take a name that is no UTF-8" },
};

/**
 * A system error as a {@link DiskError}; `doing` is what was being done to what ("writing state/a"), already escaped
 * for display. A DiskError passes unchanged.
 */
export function diskError(error: unknown, doing: string): DiskError {
  if (error instanceof DiskError) return error;
  const code = systemCode(error);
  const known = code === undefined ? undefined : translations[code];
  const options = known?.hint === undefined ? { cause: error } : { cause: error, hint: known.hint };
  return new DiskError(known?.code ?? "io", `${doing} failed: ${code ?? String(error)}`, options);
}
