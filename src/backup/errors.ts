/** What a use case refuses beyond what its parts refuse. */
export type BackupErrorCode =
  | "no-recipient"
  | "output-inside-source"
  | "not-self-verified"
  | "no-such-entry"
  | "not-a-file"
  | "sealed-without-key"
  | "older-than-seen"
  | "run-in-progress"
  | "copy-differs"
  | "bad-policy"
  | "no-such-archive"
  | "ambiguous-archive"
  | "bad-tag"
  | "tag-in-archive";

export class BackupError extends Error {
  override readonly name = "BackupError";
  readonly code: BackupErrorCode;
  readonly hint: string | undefined;

  constructor(code: BackupErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
