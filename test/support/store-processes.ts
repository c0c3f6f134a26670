import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { StoreContext } from "../../src/store/directory-store.ts";
import type { StoreChildSpec } from "./store-child.ts";

const program = fileURLToPath(new URL("store-child.ts", import.meta.url));

/** A process that works on a store. */
export interface StoreProcess {
  readonly pid: number;
  /** What came of it: `done`, or the code of a StoreError. */
  readonly said: string;
  /** Ends it as kill -9 does. */
  readonly kill: () => Promise<void>;
}

/** Starts one and waits until it has done what it is to do; it keeps what it holds. `before`: a program to run it with. */
export async function startStoreProcess(
  spec: StoreChildSpec,
  before: readonly string[] = [],
): Promise<StoreProcess> {
  const [command, ...args] = [...before, process.execPath, program, JSON.stringify(spec)];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const died = ended.then(([code]) =>
    Promise.reject(new Error(`it ended with ${String(code)}, and said nothing`)),
  );
  const [said] = (await Promise.race([once(createInterface(child.stdout), "line"), died])) as [string];
  died.catch(() => {});
  return {
    pid: child.pid!,
    said,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** What the test's own process is to those: another of the same host. */
export const ownContext: StoreContext = {
  now: () => new Date(),
  processes: { host: hostname(), pid: process.pid, isRunning: (pid) => existsSync(`/proc/${pid}`) },
};
