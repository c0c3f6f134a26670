import { spawn, spawnSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { hasTools } from "./tools.ts";

/** Whether Debian's package cron is there, and users can be made that have a crontab. */
export function hasCron(): boolean {
  return spawnSync("cron", ["-h"]).error === undefined && hasTools("cron", ["useradd", "--help"]);
}

/** Debian's own daemon, for as long as the test goes on. */
export function startCron(): void {
  const child = spawn("cron", ["-f"], { stdio: "ignore" });
  onTestFinished(() => void child.kill());
}
