import { DiskError, type DiskErrorCode } from "../../disk/errors.ts";
import { StoreError, type StoreErrorCode } from "../../store/errors.ts";
import { FormatError, type FormatErrorCode, type Place } from "../../format/errors.ts";

/** An error as it is posted from one thread to another: a structured clone would lose its class and its code. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly place?: Place;
  readonly stack?: string;
  readonly cause?: SentError;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  const { code, hint, place } = error as { code?: unknown; hint?: unknown; place?: Place };
  return {
    name,
    message,
    ...(typeof code === "string" && { code }),
    ...(typeof hint === "string" && { hint }),
    ...(error instanceof FormatError && { place }),
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: sentError(cause) }),
  };
}

/** The same error in this thread, with the class it had where it is one of ours that workers throw. */
export function receivedError(sent: SentError): Error {
  const { name, message, code, hint, place, stack } = sent;
  const cause = sent.cause === undefined ? {} : { cause: receivedError(sent.cause) };
  if (name === "FormatError")
    return new FormatError(code as FormatErrorCode, message, { ...cause, ...(place && { place }) });
  const hinted = { ...cause, ...(hint !== undefined && { hint }) };
  if (name === "DiskError") return new DiskError(code as DiskErrorCode, message, hinted);
  if (name === "StoreError") return new StoreError(code as StoreErrorCode, message, hinted);
  const error = new Error(message, cause);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
