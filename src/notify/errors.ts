import { CodedError } from "../system/errors.ts";

/** What can go wrong while others are told of a run. */
export type NotifyErrorCode = "ping-failed" | "metrics-unwritable" | "failure-command-failed";

/** Its message names no address but its origin, and no command: both may hold secrets. */
export class NotifyError extends CodedError<NotifyErrorCode> {
  override readonly name = "NotifyError";
}
