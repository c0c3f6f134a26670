import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { initDirectoryStore } from "../../src/store/directory-store.ts";
import { hasCron, startCron } from "../support/cron.ts";
import { smallInstallation } from "../support/installation.ts";
import { addScheduledUser, callAs } from "../support/scheduled-user.ts";
import { plant } from "../support/tree.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

it.runIf(hasCron())(
  "with nothing but Node and cron backups appear, are pruned, and are reported",
  async () => {
    const user = addScheduledUser();
    const call = callAs(user);
    const ocbak = async (...words: string[]) => call(process.execPath, main, ...words);
    const store = join(user.home, "backups");
    plant(user.home, smallInstallation);
    const processes = { host: "soak", pid: process.pid, isRunning: () => true };
    await initDirectoryStore(store, { now: () => new Date(), processes });
    execFileSync("chown", ["-R", `${user.name}:`, user.home]);
    const names = (): string[] =>
      readdirSync(store)
        .filter((name) => name.endsWith(".ocbak"))
        .sort();

    expect((await ocbak("keygen", "--quiet")).status).toBe(0);
    const identity = join(user.home, ".config/ocbak/identity.txt");
    const recipient = execFileSync("grep", ["-o", "age1.*", identity], { encoding: "utf8" }).trim();
    const settings = {
      recipients: [recipient],
      stores: [{ name: "home", path: store }],
      retention: { keepLast: 1 },
    };
    writeFileSync(join(user.home, ".config/ocbak/config.json"), JSON.stringify(settings));

    startCron();
    const installed = await ocbak("schedule", "install", "--every", "1m", "--random-delay", "0");
    expect([installed.err, installed.status]).toEqual(["", 0]);
    expect(installed.out).not.toContain("warning");
    const seen = new Set<string>();
    for (let second = 0; seen.size < 3 && second < 900; second += 1) {
      for (const name of names()) seen.add(name);
      await setTimeout(1000);
    }
    expect(seen.size).toBe(3);
    expect((await ocbak("schedule", "remove")).status).toBe(0);
    // The last run may still be at work.
    for (let second = 0; names().length > 1 && second < 60; second += 1) await setTimeout(1000);
    expect(names()).toEqual([[...seen].sort().at(-1)]);
    expect((await ocbak("verify", join(store, names()[0]!), "--level", "full")).status).toBe(0);
    const status = await ocbak("status");
    expect([status.err, status.status]).toEqual(["", 0]);
  },
);
