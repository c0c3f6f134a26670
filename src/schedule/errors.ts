import { CodedError } from "../system/errors.ts";

/** What can go wrong with timers of the operating system. */
export type ScheduleErrorCode =
  | "bad-time"
  | "bad-job"
  | "no-scheduler"
  | "not-scheduled"
  | "running"
  | "foreign-file"
  | "command-failed"
  | "io";

export class ScheduleError extends CodedError<ScheduleErrorCode> {
  override readonly name = "ScheduleError";
}
