import { CodedError } from "../system/errors.ts";

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

export class BackupError extends CodedError<BackupErrorCode> {
  override readonly name = "BackupError";
}
