import { homedir, hostname } from "node:os";

import type { CliContext } from "./context.ts";
import { CliError, Interrupted } from "./errors.ts";
import { packageVersion } from "./package-version.ts";
import { run } from "./run.ts";

/** Runs the command line of this process and says what to exit with. */
export async function main(onUse?: CliContext["onUse"]): Promise<number> {
  const controller = new AbortController();
  stopOnSignals(controller);
  quietlyStopWhenNobodyReads(controller);
  return run(process.argv.slice(2), contextOf(controller.signal, onUse));
}

/** The first signal asks for an orderly end; a second one ends the process at once, as it does by default. */
function stopOnSignals(controller: AbortController): void {
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => controller.abort(new Interrupted(name)));
  }
}

/** `ocbak ls | head`: the pipe closes early, and that is nobody's error. Without a listener it would be a crash. */
function quietlyStopWhenNobodyReads(controller: AbortController): void {
  process.stdout.on("error", (cause: Error) => {
    controller.abort(new CliError("output-closed", "nobody reads the output any more", { cause }));
  });
  process.stderr.on("error", () => {});
}

function contextOf(signal: AbortSignal, onUse: CliContext["onUse"]): CliContext {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    osHomeDir: homedir(),
    hostname: hostname(),
    platform: process.platform,
    // Windows has none.
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    signal,
    ...(onUse && { onUse }),
    pid: process.pid,
    isRunning,
    toolVersion: packageVersion(),
    nodeVersion: process.versions.node,
    program: { node: process.execPath, script: process.argv[1]! },
  };
}

/** EPERM: there is one, of another user. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
