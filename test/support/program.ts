import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { recordsOf, type World } from "./world.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ProgramOptions {
  /** Without root's rights. The world must be theirs: {@link giveTo}. */
  readonly asNobody?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** `mine`: the caller reads what it writes. @default "collected" */
  readonly stdout?: "mine" | "collected";
}

const nobody = 65_534;

/** `ocbak …` from its sources, as a process of its own, at home in the world's old home. */
export function start(
  { home }: Pick<World, "home">,
  argv: readonly string[],
  options: ProgramOptions = {},
): Program {
  const user = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const [command, ...args] = [...(options.asNobody ? user : []), process.execPath, main, ...argv];
  const records = recordsOf(dirname(home), options.asNobody ? "nobody" : "root");
  // The cache of compiled code would stand among what a run leaves in its home.
  const quiet = { NO_COLOR: "1", NODE_DISABLE_COMPILE_CACHE: "1" };
  const own = { PATH: process.env["PATH"]!, HOME: home, XDG_STATE_HOME: records, ...quiet };
  const env = { ...own, ...options.env };
  const child = spawn(command!, args, { cwd: home, env, stdio: ["ignore", "pipe", "pipe"] });
  return { child, ended: collect(child, options.stdout === "mine" ? ["stderr"] : ["stdout", "stderr"]) };
}

async function collect(child: ChildProcess, streams: readonly ("stdout" | "stderr")[]): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  for (const name of streams)
    child[name]!.setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, out: texts.stdout, err: texts.stderr };
}

/** Looks every few milliseconds until something is so. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await setTimeout(2);
  }
}

/** Makes a tree that of the user nobody, with its folders open to them up to the world's own. */
export function giveTo(...directories: readonly string[]): void {
  execFileSync("chown", ["-R", "-h", `${nobody}:${nobody}`, ...directories]);
}
