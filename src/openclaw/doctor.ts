import { spawn } from "node:child_process";
import type { Environment } from "./environment.ts";
import { commandEnvironment, type Target } from "./gateway-command.ts";

export interface DoctorRun {
  /** What it ended with; null where a signal or the deadline ended it. */
  readonly status: number | null;
  /** The end of what it said, stdout and stderr as they came. */
  readonly output: string;
}

export interface DoctorOptions {
  readonly env: Environment;
  /** Whose installation it is: the program runs as this user, and never as root for somebody else. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const tailChars = 20_000;

/**
 * Runs `openclaw [--profile NAME] doctor --non-interactive`, found on PATH, in the home of the installation. It may repair
 * what it finds. Undefined where there is no such program. Rejects with the signal's reason.
 */
export async function runDoctor(target: Target, options: DoctorOptions): Promise<DoctorRun | undefined> {
  const { env, runAs, timeoutMs = 300_000, signal } = options;
  const args = [
    ...(target.profile === null ? [] : ["--profile", target.profile]),
    "doctor",
    "--non-interactive",
  ];
  const { promise, resolve, reject } = Promise.withResolvers<DoctorRun | undefined>();
  const limit = AbortSignal.timeout(timeoutMs);
  const child = spawn("openclaw", args, {
    env: { ...commandEnvironment(target, env), NO_COLOR: "1", FORCE_COLOR: undefined },
    cwd: target.home,
    stdio: ["ignore", "pipe", "pipe"],
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    ...(runAs && { uid: runAs.uid, gid: runAs.gid }),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-tailChars)));
  child.once("error", (error) => {
    if (signal?.aborted === true) reject(signal.reason as Error);
    else if (limit.aborted) resolve({ status: null, output });
    else if ((error as NodeJS.ErrnoException).code === "ENOENT") resolve(undefined);
    else reject(error);
  });
  child.once("close", (status) => resolve({ status, output }));
  return promise;
}
