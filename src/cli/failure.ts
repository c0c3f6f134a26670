import type { CliContext } from "./context.ts";
import { statusOfError } from "./error-status.ts";
import { CliError, Interrupted } from "./errors.ts";
import type { ExitStatus } from "./exit-status.ts";
import { hintOf } from "./hints.ts";
import { safe, write } from "./output.ts";

/** What a script gets on stderr with `--json` when there is no report. */
export interface FailureJson {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
  readonly exitStatus: ExitStatus;
}

/** Prints an error that ended the run and says what to exit with. A closed stdout ends it without a word. */
export async function printFailure(io: CliContext, error: unknown, json: boolean): Promise<ExitStatus> {
  const cause = endedBySignal(io.signal) ?? error;
  const status = statusOfError(cause);
  if (codeOf(cause) === "output-closed") return status;
  const failure = failureOf(cause, io);
  await write(io.stderr, json ? `${JSON.stringify(failure)}\n` : textOf(failure));
  if (io.env["OCBAK_DEBUG"] === "1" && error instanceof Error) await write(io.stderr, `${error.stack}\n`);
  return status;
}

/** After an abort whatever was thrown is only its echo. */
function endedBySignal({ reason }: AbortSignal): Error | undefined {
  return reason instanceof Interrupted || reason instanceof CliError ? reason : undefined;
}

/** An error that ended a run, for scripts. */
export function failureOf(error: unknown, io: CliContext): FailureJson {
  const message = error instanceof Error ? error.message : String(error);
  return {
    error: { code: codeOf(error), message, hint: hintOf(error, io) ?? null },
    exitStatus: statusOfError(error),
  };
}

function codeOf(error: unknown): string {
  if (error instanceof Interrupted) return "interrupted";
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "internal";
}

function textOf({ error }: FailureJson): string {
  return errorText(error.message, error.hint ?? undefined);
}

/** The lines for people: `ocbak: error: …`, then one `ocbak: hint: …` for each line of the hint. */
export function errorText(message: string, hint: string | undefined): string {
  const hints = hint === undefined ? [] : hint.split("\n").map((line) => `ocbak: hint: ${safe(line)}`);
  return `${[`ocbak: error: ${safe(message)}`, ...hints].join("\n")}\n`;
}
