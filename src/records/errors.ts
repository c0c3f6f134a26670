/** What can go wrong with the records that ocbak keeps of its own runs. */
export type RecordsErrorCode =
  | "newer-records"
  | "damaged-records"
  | "records-busy"
  | "records-unusable"
  | "nothing-recorded";

export class RecordsError extends Error {
  override readonly name = "RecordsError";
  readonly code: RecordsErrorCode;
  readonly hint: string | undefined;

  constructor(code: RecordsErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
