import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { demand, type Identity } from "./command.ts";

/** A user of this machine that exists for the test only. */
export interface TestUser extends Identity {
  readonly home: string;
}

/** Makes a user with a fresh home. Needs root. */
export async function addUser(label: string, home: string): Promise<TestUser> {
  const name = `ocbak-e2e-${randomBytes(3).toString("hex")}-${label}`;
  const args = ["--create-home", "--home-dir", home, "--comment", "ocbak end-to-end test", name];
  await demand({ file: "useradd", args, timeoutMs: 30_000 });
  return { name, uid: await idOf("-u", name), gid: await idOf("-g", name), home };
}

/** Ends what still runs as that user, removes the user and what OpenClaw leaves in /tmp for its uid. */
export function removeUser(user: TestUser): void {
  for (const pid of processesOf(user.uid)) kill(pid);
  // Forced, for a process just killed may not be reaped yet; the home is not ours to remove here.
  spawnSync("userdel", ["--force", user.name], { timeout: 30_000 });
  for (const name of [`openclaw-${user.uid}`, `openclaw-state-locks-${user.uid}`]) {
    rmSync(join("/tmp", name), { recursive: true, force: true });
  }
}

async function idOf(flag: "-u" | "-g", name: string): Promise<number> {
  return Number(await demand({ file: "id", args: [flag, name], timeoutMs: 10_000 }));
}

function processesOf(uid: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile.
  }
}
