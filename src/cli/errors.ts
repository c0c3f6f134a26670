import { CodedError } from "../system/errors.ts";

/** What the command line itself refuses, before or around a use case. */
export type CliErrorCode =
  | "usage"
  | "no-terminal"
  | "binary-to-terminal"
  | "key-file-unreadable"
  | "key-file-exists"
  | "key-file-unwritable"
  | "secret-command-failed"
  | "output-closed";

export class CliError extends CodedError<CliErrorCode> {
  override readonly name = "CliError";
}

/** The reason a run's signal is aborted with. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signalName: "SIGINT" | "SIGTERM";

  constructor(signalName: "SIGINT" | "SIGTERM") {
    super(signalName === "SIGINT" ? "interrupted" : "terminated");
    this.signalName = signalName;
  }
}
