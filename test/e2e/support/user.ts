import { randomBytes } from "node:crypto";
import type { Cleanup } from "./cleanup.ts";
import { demand, type Identity } from "./command.ts";

/** A user of this machine that exists for the test only. */
export interface TestUser extends Identity {
  readonly home: string;
}

/** Makes a user with a fresh home. Needs root. */
export async function addUser(label: string, home: string, cleanup: Cleanup): Promise<TestUser> {
  const name = `ocbak-e2e-${randomBytes(3).toString("hex")}-${label}`;
  cleanup.user(name);
  const args = ["--create-home", "--home-dir", home, "--comment", "ocbak end-to-end test", name];
  await demand({ file: "useradd", args, timeoutMs: 30_000 });
  return { name, uid: await idOf("-u", name), gid: await idOf("-g", name), home };
}

async function idOf(flag: "-u" | "-g", name: string): Promise<number> {
  return Number(await demand({ file: "id", args: [flag, name], timeoutMs: 10_000 }));
}
