import { spawn } from "node:child_process";
import { NotifyError } from "./errors.ts";

export interface FailureCommand {
  /** A line for the shell, as the user wrote it in the settings. */
  readonly command: string;
  /** JSON for its standard input. */
  readonly report: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly timeoutMs: number;
}

/** How long it has to end by itself after it was asked to. */
const graceMs = 2_000;

/**
 * Runs the command for runs that failed, in the shell, until it ends or its time is up: then all that it started is ended,
 * too. What it prints is not ours to show: nobody reads it. Throws `failure-command-failed`, which does not quote it.
 */
export async function runFailureCommand(options: FailureCommand): Promise<void> {
  const { command, report, env, cwd, timeoutMs } = options;
  // In a group of its own, so that what the shell started ends with it.
  const child = spawn(command, {
    shell: true,
    cwd,
    env,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // A command that does not read its input closes it early.
  child.stdin.on("error", () => {});
  child.stdin.end(report);
  let isLate = false;
  const timers = [
    setTimeout(() => {
      isLate = true;
      endGroup(child.pid, "SIGTERM");
    }, timeoutMs),
    setTimeout(() => endGroup(child.pid, "SIGKILL"), timeoutMs + graceMs),
  ];
  const ended = await new Promise<string>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => resolve(`could not be run: ${error.code}`));
    child.once("exit", (code, signal) => resolve(code === 0 ? "" : `ended with ${signal ?? code}`));
  });
  for (const timer of timers) clearTimeout(timer);
  child.stdin.destroy();
  if (isLate) throw failed(`did not end within ${timeoutMs / 1000} s`);
  if (ended !== "") throw failed(ended);
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function failed(what: string): NotifyError {
  return new NotifyError("failure-command-failed", `the command for failed runs ${what}`, {
    hint: "run it by hand: it is `notify.onFailure` of the settings, and gets the report as JSON",
  });
}
