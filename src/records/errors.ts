import { CodedError } from "../system/errors.ts";

/** What can go wrong with the records that ocbak keeps of its own runs. */
export type RecordsErrorCode =
  | "newer-records"
  | "damaged-records"
  | "records-busy"
  | "records-unusable"
  | "nothing-recorded";

export class RecordsError extends CodedError<RecordsErrorCode> {
  override readonly name = "RecordsError";
}
