import { CodedError } from "../system/errors.ts";

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

export class StoreError extends CodedError<StoreErrorCode> {
  override readonly name = "StoreError";
}
