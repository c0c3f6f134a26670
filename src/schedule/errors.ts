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

export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
  readonly code: ScheduleErrorCode;
  readonly hint: string | undefined;

  constructor(code: ScheduleErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
