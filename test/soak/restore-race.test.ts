import { spawn } from "node:child_process";
import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

import { describeTree, restore, scratchHome, type RestoreSpec } from "../support/restore.ts";

const isRoot = process.getuid?.() === 0;
const attacker = fileURLToPath(new URL("../support/hostile-owner.ts", import.meta.url));
const uid = 12_345;
const minute = 60_000;

/** True where the restore got through, false where it was refused. */
async function attempt(spec: RestoreSpec): Promise<boolean> {
  try {
    await restore(spec);
    return true;
  } catch {
    return false;
  }
}

it.runIf(isRoot)(
  "a user who swaps directories for links while root restores gets nothing outside the home",
  async () => {
    const scratch = scratchHome();
    const [home, victim] = [join(scratch.home, "home"), join(scratch.home, "victim")];
    for (const directory of [home, victim]) mkdirSync(directory);
    chmodSync(scratch.home, 0o755);
    chownSync(home, uid, uid);
    writeFileSync(join(victim, "root-file"), "root's");
    const spec: RestoreSpec = {
      home,
      existing: "put-aside",
      owner: { uid, gid: uid },
      roots: [
        { id: "state", sourcePath: null, target: join(home, "p/made/x/.openclaw"), type: "directory" },
        { id: "workspace.main", sourcePath: null, target: join(home, "p/ws"), type: "directory" },
      ],
      plain: [
        { path: "workspace.main", directory: true },
        { path: "workspace.main/f", content: "f" },
      ],
      sealed: [
        { path: "state", directory: true },
        { path: "state/d/e/f", content: "x".repeat(1000) },
      ],
    };
    const child = spawn(process.execPath, [attacker, home, victim, String(uid)], { stdio: "inherit" });
    const results = { done: 0, refused: 0 };
    try {
      const end = Date.now() + minute;
      while (Date.now() < end) {
        results[(await attempt(spec)) ? "done" : "refused"] += 1;
        expect(describeTree(victim)).toEqual({ "root-file": "0644 root's" });
        expect([lstatSync(victim).uid, lstatSync(join(victim, "root-file")).uid]).toEqual([0, 0]);
        if (results.refused % 50 === 0) await setTimeout(10);
      }
    } finally {
      child.kill("SIGKILL");
    }
    await setTimeout(100);
    scratch.remove();
    // both sides took part
    expect(results.done).toBeGreaterThan(10);
    expect(results.refused).toBeGreaterThan(10);
  },
);
