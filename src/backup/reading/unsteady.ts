import { StoreError } from "../../store/errors.ts";

/** What threads refused and a second reading does not: neither reading can be believed. */
export function unsteady(refusal: unknown): StoreError {
  return new StoreError("io", "the archive was not the same when it was read again", {
    cause: refusal,
    hint: "the disk or the memory of this machine may be failing: verify a copy on another one",
  });
}
