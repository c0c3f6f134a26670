import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { freshDir } from "./tree.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What stands in a run's notes: how it was called, in which surroundings. */
export interface Noted {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly nice: number;
}

/** A user of this machine with a home of their own, and a node and an ocbak in places with odd names. */
export interface ScheduledUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  readonly node: string;
  readonly script: string;
  /** Every `ocbak run` that began, oldest first. */
  readonly runs: () => readonly Noted[];
  /** What `ocbak run` exits with from now on. */
  readonly exitWith: (status: number) => void;
}

export interface Called {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * `ocbak run` is a note of how it was called, for a job may not depend on what it backs up; every other command is
 * ocbak itself.
 */
const wrapper = (notes: string, status: string) => `
import { appendFileSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
if (process.argv[2] === "run") {
  const note = { argv: process.argv, env: process.env, nice: getPriority() };
  appendFileSync(${JSON.stringify(notes)}, JSON.stringify(note) + "\\n");
  process.stderr.write("this is the job\\n");
  process.exitCode = Number(readFileSync(${JSON.stringify(status)}, "utf8"));
} else await import(${JSON.stringify(main)});
`;

export function addScheduledUser(): ScheduledUser {
  const name = `ocbak-soak-${process.pid}`;
  const home = join(freshDir(), "home");
  execFileSync("useradd", ["--create-home", "--home-dir", home, "--shell", "/bin/sh", name]);
  onTestFinished(() => void execFileSync("userdel", ["--force", name], { stdio: "ignore" }));
  execFileSync("chmod", ["755", join(home, "..")]);
  const place = join(home, "odd 50% $HOME grün & <`q'> \" ;");
  // Node itself takes no script with a backslash in its path.
  mkdirSync(join(place, "\\"), { recursive: true });
  const [node, script] = [join(place, "\\", "node"), join(place, "ocbak.mjs")];
  const [notes, status] = [join(home, "notes"), join(home, "status")];
  copyFileSync(process.execPath, node);
  writeFileSync(script, wrapper(notes, status));
  writeFileSync(status, "0");
  execFileSync("chmod", ["755", node]);
  execFileSync("chown", ["-R", `${name}:`, home]);
  return {
    name,
    uid: Number(execFileSync("id", ["-u", name], { encoding: "utf8" })),
    home,
    node,
    script,
    runs: () =>
      existsSync(notes)
        ? readFileSync(notes, "utf8")
            .split("\n")
            .slice(0, -1)
            .map((line) => JSON.parse(line) as Noted)
        : [],
    exitWith: (code) => writeFileSync(status, String(code)),
  };
}

/** Runs a program and collects what it says. */
export async function called(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Called> {
  const child = spawn(program, words, { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...said };
}

/** Runs a program as the user, who has no manager of systemd. */
export function callAs({ name, uid, home }: ScheduledUser): (...words: string[]) => Promise<Called> {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, LOGNAME: name, USER: name };
  const user = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  return (...words) => called("setpriv", [...user, ...words], env);
}
