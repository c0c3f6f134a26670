import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The built program, as `npx ocbak` finds it. */
const program = join(import.meta.dirname, "../dist/cli/main.js");

export interface Run {
  readonly status: number | null;
  readonly output: string;
}

export interface Where {
  readonly folder: string;
  readonly home: string;
}

/** Prints an `ocbak …` command, runs it as a program of its own, prints what it says and how it ends. */
export function ocbak({ folder, home }: Where, ...args: string[]): Run {
  console.log(`\n  $ ocbak ${args.join(" ")}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const output = stdout + stderr;
  for (const line of output.trimEnd().split("\n")) console.log(`  │ ${line}`);
  console.log(`  └ exit status ${status}`);
  return { status, output };
}
