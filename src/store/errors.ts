/** What can go wrong with a place that keeps archives. */
export type StoreErrorCode =
  | "not-found"
  | "exists"
  | "not-a-file"
  | "not-writable"
  | "no-space"
  | "not-a-store"
  | "same-store"
  | "newer-store"
  | "damaged-store"
  | "locked"
  | "changed"
  | "io";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly hint: string | undefined;

  constructor(code: StoreErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
