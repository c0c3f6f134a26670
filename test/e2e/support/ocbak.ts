import { cp, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { demand, run, type Command, type Identity } from "./command.ts";

/** How to call the built program: as whom, with which home, and nothing else of this machine. */
export interface Ocbak {
  readonly node: string;
  readonly main: string;
  readonly path: string;
}

export interface Caller {
  /** Left out: root. */
  readonly user?: Identity;
  readonly home: string;
  /** More variables than home, path and language. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The end of an ocbak command: its exit status and the JSON document it printed. */
export interface Report {
  readonly status: number | null;
  readonly json: Record<string, unknown>;
  readonly stderr: string;
}

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const LockFile = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })),
});

/** Builds ocbak from the sources into `folder`, with the packages it needs: runnable by every user. */
export async function buildOcbak(folder: string): Promise<string> {
  const dist = join(folder, "dist");
  const compile = ["-p", "tsconfig.build.json", "--outDir", dist];
  await mkdir(folder, { recursive: true });
  await demand({
    file: join(REPOSITORY, "node_modules/.bin/tsc"),
    args: compile,
    cwd: REPOSITORY,
    timeoutMs: 120_000,
  });
  for (const path of ["package.json", ...(await runtimePackages())]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(REPOSITORY, path), join(folder, path), { recursive: true });
  }
  await demand({ file: "chmod", args: ["-R", "a+rX", folder], timeoutMs: 60_000 });
  return join(dist, "cli/main.js");
}

/** Runs `ocbak … --json` and returns its report, whatever the exit status. */
export async function ocbak(program: Ocbak, caller: Caller, ...args: string[]): Promise<Report> {
  const { status, stdout, stderr } = await run(ocbakCommand(program, caller, [...args, "--json"]));
  return { status, json: stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>), stderr };
}

/** Makes an identity file for the caller and returns its recipient. */
export async function keygen(program: Ocbak, caller: Caller, file: string): Promise<string> {
  return (await demand(ocbakCommand(program, caller, ["keygen", "-o", file]))).trim();
}

function ocbakCommand(program: Ocbak, caller: Caller, args: readonly string[]): Command {
  return {
    file: program.node,
    args: [program.main, ...args],
    cwd: caller.home,
    env: { ...caller.env, HOME: caller.home, PATH: program.path, LANG: "C.UTF-8" },
    // `restore --doctor` gives the doctor five minutes.
    timeoutMs: 400_000,
    ...(caller.user === undefined ? {} : { as: caller.user }),
  };
}

async function runtimePackages(): Promise<string[]> {
  const lock = LockFile.parse(JSON.parse(await readFile(join(REPOSITORY, "package-lock.json"), "utf8")));
  return Object.keys(lock.packages).filter((path) => path !== "" && lock.packages[path]!.dev !== true);
}
