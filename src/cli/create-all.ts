import type { CreateAllOptions, ProfileBackup } from "../backup/create-all.ts";
import type { CreateReport } from "../backup/reports.ts";
import type { Call } from "./command.ts";
import type { CliContext } from "./context.ts";
import type { ExitStatus } from "./exit-status.ts";
import { errorText, failureOf, type FailureJson } from "./failure.ts";
import { safe, write } from "./output.ts";
import { withContext } from "./use-context.ts";

interface Outcome {
  readonly profile: string | null;
  readonly stateDir: string;
  readonly exitStatus: ExitStatus;
  readonly report: CreateReport | null;
  readonly error: FailureJson["error"] | null;
}

/** `create --all-profiles`: a report or an error of each profile, and the worst of the exit statuses. */
export async function createAll(
  call: Call,
  options: CreateAllOptions,
  text: (report: CreateReport) => string,
): Promise<ExitStatus> {
  const { io, voice } = call;
  const { createAllBackups } = await import("../backup/create-all.ts");
  const backups = await withContext(call, (context) => createAllBackups(options, context));
  const outcomes = backups.map((backup) => outcomeOf(backup, io));
  if (voice.json) await write(io.stdout, `${JSON.stringify({ backups: outcomes })}\n`);
  else for (const outcome of outcomes) await print(outcome, call, text);
  return worst(outcomes.map(({ exitStatus }) => exitStatus));
}

function outcomeOf({ profile, stateDir, result }: ProfileBackup, io: CliContext): Outcome {
  if ("report" in result) {
    const { report } = result;
    return { profile, stateDir, exitStatus: report.complete ? 0 : 3, report, error: null };
  }
  return { profile, stateDir, report: null, ...failureOf(result.error, io) };
}

async function print(
  { profile, report, error }: Outcome,
  { io, voice }: Call,
  text: (report: CreateReport) => string,
): Promise<void> {
  const name = safe(profile ?? "default");
  if (error !== null) {
    await write(io.stderr, errorText(`profile ${name}: ${error.message}`, error.hint ?? undefined));
  }
  if (report === null || (voice.quiet && report.complete)) return;
  await write(io.stdout, `Profile ${name}:\n${text(report)}\n`);
}

/** An archive that is incomplete is better than none; among failures the highest counts. */
function worst(statuses: readonly ExitStatus[]): ExitStatus {
  return statuses.reduce((high, status) => (rank(status) > rank(high) ? status : high), 0);
}

function rank(status: ExitStatus): number {
  return status === 3 ? 0.5 : status;
}
