import { CodedError } from "../system/errors.ts";

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

export class DiskError extends CodedError<DiskErrorCode> {
  override readonly name = "DiskError";
}
