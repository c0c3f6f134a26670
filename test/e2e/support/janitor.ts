// A program of its own: reads names of things to remove, one a line, until its standard input ends, which it also does
// when the test was killed; then it removes them, last named first. Lines: "user NAME", "folder PATH".
import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";

for (const line of readFileSync(0, "utf8").split("\n").toReversed()) {
  const [kind, name] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
  if (kind === "user") removeUser(name);
  if (kind === "folder") removeFolder(name);
}

// With the user goes what runs as it, and all it left in /tmp: OpenClaw puts logs and locks there whatever TMPDIR says.
function removeUser(name: string): void {
  const { status, stdout } = spawnSync("id", ["-u", name], { encoding: "utf8" });
  if (status !== 0) return;
  const uid = Number(stdout);
  for (const pid of processesOf(uid)) kill(pid);
  // Forced, for a process just killed may not be reaped yet.
  spawnSync("userdel", ["--force", name], { timeout: 30_000 });
  for (const left of readdirSync("/tmp").map((entry) => `/tmp/${entry}`)) {
    if (lstatSync(left, { throwIfNoEntry: false })?.uid === uid) removeFolder(left);
  }
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

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}
