import { spawn } from "node:child_process";
import path from "node:path";
import { type Environment, expand, variable } from "./environment.ts";
import { OpenClawError } from "./errors.ts";
import type { Installation } from "./installation.ts";
import { profileStateDir } from "./profile.ts";

export type Target = Pick<Installation, "profile" | "home" | "stateDir" | "configFile">;

export interface GatewayCommandOptions {
  /** For the whole command; OpenClaw itself waits up to a minute for a healthy gateway. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs `openclaw [--profile NAME] gateway stop --force`, found on PATH: `--force` because OpenClaw otherwise refuses
 * where no person sits at a terminal. Stops the service, or a gateway that runs without one. Whether it has let go of
 * the files, {@link gatewayState} tells. Throws OpenClawError `gateway-command-failed`.
 */
export async function stopGateway(
  target: Target,
  env: Environment,
  options?: GatewayCommandOptions,
): Promise<void> {
  await runGateway(["stop", "--force"], target, { env, ...options });
}

/** Starts the service of the gateway. One that ran without a service cannot be started: that throws too. */
export async function startGateway(
  target: Target,
  env: Environment,
  options?: GatewayCommandOptions,
): Promise<void> {
  await runGateway(["start"], target, { env, ...options });
}

interface Run extends GatewayCommandOptions {
  readonly env: Environment;
}

const tailChars = 2000;

async function runGateway(words: readonly string[], target: Target, run: Run): Promise<void> {
  const args = [...(target.profile === null ? [] : ["--profile", target.profile]), "gateway", ...words];
  const shown = ["openclaw", ...args].join(" ");
  const { timeoutMs = 120_000, signal } = run;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const limit = AbortSignal.timeout(timeoutMs);
  const child = spawn("openclaw", args, {
    env: { ...commandEnvironment(target, run.env) },
    stdio: ["ignore", "pipe", "pipe"],
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    killSignal: "SIGTERM",
  });
  const tail = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      tail[name] = (tail[name] + text).slice(-tailChars);
    });
  }
  const fail = (why: string, cause?: unknown) => {
    const said = (tail.stderr.trim() || tail.stdout.trim()).replaceAll(/\s*\n\s*/g, " / ");
    const message = `running \`${shown}\`: ${why}${said === "" ? "" : `: ${said}`}`;
    reject(new OpenClawError("gateway-command-failed", message, { cause, hint: hintFor(shown, words) }));
  };
  child.once("error", (error) => {
    if (signal?.aborted === true) reject(signal.reason as Error);
    else if (limit.aborted) fail(`gave no result in ${timeoutMs / 1000} s`, error);
    else if ((error as NodeJS.ErrnoException).code === "ENOENT") fail("there is no openclaw on PATH", error);
    else fail("could not be run", error);
  });
  // "exit", not "close": a gateway started by the command may keep its pipes.
  child.once("exit", (code, by) => {
    if (code === 0) resolve();
    else fail(code === null ? `was ended by ${by}` : `ended with status ${code}`);
  });
  try {
    await promise;
  } finally {
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function hintFor(shown: string, [word]: readonly string[]): string {
  return word === "start"
    ? `start the gateway yourself: ${shown}, or the way you usually run it`
    : "stop the gateway yourself and run ocbak again without --stop-gateway";
}

/**
 * OpenClaw manages services only where the variables name the default places of the profile, so what says the same as
 * the default is left out, and what belongs to another installation is taken away.
 */
export function commandEnvironment(target: Target, env: Environment): Environment {
  const { home, stateDir, configFile, profile } = target;
  const inherited = variable(env, "OPENCLAW_STATE_DIR");
  const foreign = inherited !== undefined && expand(inherited, home, "/") !== stateDir;
  const ownState = stateDir === profileStateDir(home, profile);
  const ownConfig = configFile === null || configFile === path.join(stateDir, "openclaw.json");
  return {
    ...env,
    OPENCLAW_PROFILE: profile !== null || foreign ? undefined : env["OPENCLAW_PROFILE"],
    OPENCLAW_STATE_DIR: ownState ? undefined : stateDir,
    OPENCLAW_CONFIG_PATH: ownConfig ? undefined : configFile,
  };
}
