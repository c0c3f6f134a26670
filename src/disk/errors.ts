/** What can go wrong between entries and the file system. */
export type DiskErrorCode =
  | "target-exists"
  | "target-unfit"
  | "locked"
  | "nothing-to-undo"
  | "owner-unknown"
  | "owner-not-permitted"
  | "no-space"
  | "collision"
  | "unsafe-ancestor"
  | "unsafe-link"
  | "database-unreadable"
  | "root-missing"
  | "root-unreadable"
  | "bad-pattern"
  | "io";

export class DiskError extends Error {
  override readonly name = "DiskError";
  readonly code: DiskErrorCode;
  readonly hint: string | undefined;

  constructor(code: DiskErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
