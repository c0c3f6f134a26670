/** What can go wrong while others are told of a run. */
export type NotifyErrorCode = "ping-failed" | "metrics-unwritable" | "failure-command-failed";

/** Its message names no address but its origin, and no command: both may hold secrets. */
export class NotifyError extends Error {
  override readonly name = "NotifyError";
  readonly code: NotifyErrorCode;
  readonly hint: string | undefined;

  constructor(code: NotifyErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
