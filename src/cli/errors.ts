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

export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  readonly hint: string | undefined;

  constructor(code: CliErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
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
