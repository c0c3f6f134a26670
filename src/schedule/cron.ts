import { readdirSync, readFileSync } from "node:fs";
import type { Backend, BackendTools } from "./backend.ts";
import { commandIn, cronBlock, hasBlock, withBlock } from "./cron-text.ts";
import { ScheduleError } from "./errors.ts";
import { complaintOf, type Ran, type Runner } from "./runner.ts";
import { shellWord } from "./shell-word.ts";
import type { TextPlace } from "./text-place.ts";
import { requestRun, tickStateOf } from "./tick-state.ts";

/** The user's crontab. */
export function cronBackend({ run, env, processes }: BackendTools): Backend {
  const place = crontabPlace(run);
  const change = async (name: string, block: string | null) => {
    const before = await place.read();
    return { place, before, after: withBlock(before, name, block) };
  };
  return {
    name: "cron",
    waits: true,
    unfit: async () => {
      const ran = await run("crontab", ["-l"]);
      return ran.status === 0 || isNone(ran) ? null : complaintOf(ran);
    },
    install: async (job) => [await change(job.name, cronBlock(job))],
    remove: async (name) => {
      const read = await readIfThere(run);
      return hasBlock(read, name) ? [await change(name, null)] : [];
    },
    // cron sees by itself that a crontab has changed.
    activate: async () => {},
    deactivate: async () => {},
    refresh: async () => {},
    state: async (job, now) => {
      const enabled = hasBlock(await readIfThere(run), job.name);
      return tickStateOf(job, { enabled, now, processes });
    },
    start: async (job) => {
      const command = commandIn((await place.read()) ?? "", job.name);
      if (command === null)
        throw new ScheduleError("not-scheduled", `${job.name} does not stand in the crontab`);
      await requestRun(job);
      return run("env", ["-i", ...cronEnvironment(env), "/bin/sh", "-c", command]);
    },
    log: ({ logFile }) => `cat ${shellWord(logFile)}`,
    obstacles: async () =>
      isCronRunning() ? [] : ["no cron daemon runs on this machine: nothing will be run"],
    hints: async () => [],
  };
}

/** What cron gives to what it runs: crontab(5). */
function cronEnvironment(env: BackendTools["env"]): string[] {
  const kept = ["HOME", "LOGNAME", "USER"].flatMap((name) =>
    env[name] === undefined ? [] : [`${name}=${env[name]}`],
  );
  return [...kept, "SHELL=/bin/sh", "PATH=/usr/bin:/bin"];
}

function crontabPlace(run: Runner): TextPlace {
  return {
    label: "crontab",
    read: async () => {
      const ran = await run("crontab", ["-l"]);
      if (ran.status === 0) return ran.stdout;
      if (isNone(ran)) return null;
      throw new ScheduleError("command-failed", `reading the crontab: ${complaintOf(ran)}`);
    },
    write: async (text) => {
      const ran = text === null ? await run("crontab", ["-r"]) : await run("crontab", ["-"], { input: text });
      if (ran.status !== 0)
        throw new ScheduleError("command-failed", `writing the crontab: ${complaintOf(ran)}`);
    },
  };
}

/** For questions that a machine without cron answers with no. */
async function readIfThere(run: Runner): Promise<string | null> {
  const ran = await run("crontab", ["-l"]);
  return ran.status === 0 ? ran.stdout : null;
}

/** Debian's and cronie's words, and busybox's. */
function isNone({ status, stderr }: Ran): boolean {
  return status !== 0 && status !== 127 && /no crontab for|no such file/i.test(stderr);
}

const daemons = new Set(["cron", "crond", "fcron", "bcron-sched", "dcron"]);

/** True also where not all processes can be looked at: nobody is warned of what nobody knows. */
function isCronRunning(): boolean {
  if (nameOf("1") === null) return true;
  return readdirSync("/proc").some((pid) => /^\d+$/.test(pid) && daemons.has(nameOf(pid) ?? ""));
}

function nameOf(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return null;
  }
}
