import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { onTestFinished, type TestContext } from "vitest";
import { type Called, called, type ScheduledUser } from "./scheduled-user.ts";

/** A real `systemd --user`, on a machine that need not have been booted with systemd. */
export interface UserManager {
  /** Runs a program as the user, where the manager answers. */
  readonly call: (...words: readonly string[]) => Promise<Called>;
}

/** What systemd looks for to know that it may run: made in a mount namespace that only it sees. */
const setUp = (uid: number) => `
mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/systemd/system /run/user/${uid} && chown ${uid} /run/user/${uid} &&
exec setpriv --reuid=${uid} --regid=${uid} --clear-groups /lib/systemd/systemd --user --log-target=console`;

/** Starts the manager; skips the test, saying so, where this machine does not let it. */
export async function startUserManager(
  context: TestContext,
  { uid, home }: ScheduledUser,
): Promise<UserManager> {
  const groups = ownGroups();
  if (groups === null) context.skip("no control group can be made here: systemd is NOT TESTED");
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, XDG_RUNTIME_DIR: `/run/user/${uid}` };
  const inGroups = groups
    .map((group) => `echo $$ > ${group}/cgroup.procs && chown -R ${uid} ${group}`)
    .join(" && ");
  const child = spawn("unshare", ["--mount", "sh", "-c", `${inGroups} && ${setUp(uid)}`], {
    env,
    stdio: "ignore",
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    for (const group of groups) await removeGroup(group);
  });
  const user = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const call = (...words: readonly string[]): Promise<Called> =>
    called("nsenter", [`--target=${child.pid}`, "--mount", ...user, ...words], env);
  for (let tries = 0; tries < 60; tries += 1) {
    const { out } = await call("systemctl", "--user", "is-system-running");
    if (/running|degraded/.test(out)) return { call };
    await setTimeout(250);
  }
  context.skip("no systemd user manager starts here: systemd is NOT TESTED");
  throw new Error("unreachable");
}

/** A control group of our own in each hierarchy that systemd would use. */
function ownGroups(): readonly string[] | null {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const places = mounts
    .filter((line) => / - cgroup2 | - cgroup .*name=systemd/.test(line))
    .map((line) => `${line.split(" ")[4]}/ocbak-soak-${process.pid}`);
  try {
    for (const place of places) mkdirSync(place);
    return places.length === 0 ? null : places;
  } catch {
    return null;
  }
}

async function removeGroup(group: string): Promise<void> {
  for (const inner of spawnSync("find", [group, "-depth", "-type", "d"], { encoding: "utf8" }).stdout.split(
    "\n",
  )) {
    if (inner === "") continue;
    for (const pid of readFileSync(`${inner}/cgroup.procs`, "utf8").split("\n").filter(Boolean)) {
      process.kill(Number(pid), "SIGKILL");
    }
    await setTimeout(100);
    rmdirSync(inner);
  }
}
