import { join } from "node:path";
import type { Backend, BackendTools, JobState, LastRun } from "./backend.ts";
import { ScheduleError } from "./errors.ts";
import { nextOccurrence } from "./occurrences.ts";
import { complaintOf, type Ran, type RunOptions } from "./runner.ts";
import { serviceText, timerText } from "./systemd-text.ts";
import { type Change, changeOf } from "./text-place.ts";

/** systemd's own timers: of the user's manager, for root of the machine's. */
export function systemdBackend(tools: BackendTools): Backend {
  const { scope, systemctl, must } = systemctlOf(tools);
  const fileOf = (name: string, kind: string): string => join(tools.places.unitDir, `${name}.${kind}`);

  return {
    name: "systemd",
    waits: true,
    unfit: async () => {
      const ran = await systemctl(["show", "--property=Version"]);
      return ran.status === 0 && ran.stdout.startsWith("Version=") ? null : complaintOf(ran);
    },
    install: (job) =>
      Promise.all([
        changeOf(fileOf(job.name, "service"), serviceText(job)),
        changeOf(fileOf(job.name, "timer"), timerText(job)),
      ]),
    remove: async (name) => {
      const changes = [changeOf(fileOf(name, "timer"), null), changeOf(fileOf(name, "service"), null)];
      return (await Promise.all(changes)).filter(({ before }: Change) => before !== null);
    },
    activate: async (name) => {
      await must("daemon-reload");
      await must("enable", `${name}.timer`);
      // Not `start`: a timer that runs keeps its old times.
      await must("restart", `${name}.timer`);
    },
    deactivate: async (name) => {
      await must("disable", "--now", `${name}.timer`);
      // When it last ran would else count for a job of that name that is installed in a year.
      await systemctl(["clean", "--what=state", `${name}.timer`]);
    },
    refresh: () => must("daemon-reload"),
    state: async ({ name, when }, now) => {
      const words = ["show", `${name}.timer`, `${name}.service`, `--property=${properties.join(",")}`];
      // The one form that all versions of systemd print and that is the same everywhere.
      const ran = await systemctl(words, { env: { TZ: "UTC" } });
      if (ran.status !== 0) return { enabled: false, running: false, next: null, last: null };
      const [timer = {}, service = {}] = ran.stdout.split("\n\n").map(propertiesOf).sort(timerFirst);
      const state = stateOf(timer, service);
      // While the job runs systemd has not yet worked out the next time.
      return state.enabled && state.next === null ? { ...state, next: nextOccurrence(when, now) } : state;
    },
    start: ({ name }) => systemctl(["start", `${name}.service`]),
    log: ({ name }) => ["journalctl", ...scope, "-u", `${name}.service`].join(" "),
    obstacles: async () => [],
    hints: async () => (tools.places.scope === "user" ? lingerHints(tools) : []),
  };
}

function systemctlOf({ run, places, uid, env }: BackendTools) {
  const isUser = places.scope === "user";
  const scope = isUser ? ["--user"] : [];
  // Where no session set it (su, cron), it is where systemd-logind puts it.
  const own = isUser && !env["XDG_RUNTIME_DIR"] ? { XDG_RUNTIME_DIR: `/run/user/${uid}` } : {};
  const systemctl = (words: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    run("systemctl", [...scope, ...words], { ...options, env: { ...own, ...options.env } });
  const must = async (...words: readonly string[]): Promise<void> => {
    const ran = await systemctl(words);
    if (ran.status === 0) return;
    const shown = ["systemctl", ...scope, ...words].join(" ");
    throw new ScheduleError("command-failed", `running \`${shown}\`: ${complaintOf(ran)}`);
  };
  return { scope, systemctl, must };
}

const properties = [
  "Id",
  "ActiveState",
  "UnitFileState",
  "NextElapseUSecRealtime",
  "LastTriggerUSec",
  "ExecMainStartTimestamp",
  "ExecMainExitTimestamp",
  "ExecMainCode",
  "ExecMainStatus",
  "Result",
];

type Properties = Readonly<Record<string, string | undefined>>;

function propertiesOf(block: string): Properties {
  return Object.fromEntries(
    block
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function timerFirst(left: Properties, right: Properties): number {
  return Number(right["Id"]?.endsWith(".timer")) - Number(left["Id"]?.endsWith(".timer"));
}

function stateOf(timer: Properties, service: Properties): JobState {
  return {
    enabled: timer["ActiveState"] === "active" && timer["UnitFileState"] === "enabled",
    running: service["ActiveState"] === "activating" || service["ActiveState"] === "active",
    next: timeOf(timer["NextElapseUSecRealtime"]),
    last: lastRunOf(timer, service),
  };
}

/** After a boot the service knows of no run, and the timer still when it last began one. */
function lastRunOf(timer: Properties, service: Properties): LastRun | null {
  const startedAt = timeOf(service["ExecMainStartTimestamp"]);
  const triggeredAt = timeOf(timer["LastTriggerUSec"]);
  if (startedAt === null) {
    return triggeredAt && { startedAt: triggeredAt, finishedAt: null, exitStatus: null, result: null };
  }
  const finishedAt = timeOf(service["ExecMainExitTimestamp"]);
  const isEnded = finishedAt !== null && finishedAt >= startedAt;
  return {
    startedAt,
    finishedAt: isEnded ? finishedAt : null,
    // waitid(2): 1 is CLD_EXITED.
    exitStatus: isEnded && service["ExecMainCode"] === "1" ? Number(service["ExecMainStatus"]) : null,
    result: isEnded ? (service["Result"] ?? null) : null,
  };
}

/** `Mon 2026-11-23 01:32:40 UTC`. */
function timeOf(text: string | undefined): Date | null {
  const [, day, time] = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text ?? "") ?? [];
  return day === undefined ? null : new Date(`${day}T${time}Z`);
}

async function lingerHints({ run, uid }: BackendTools): Promise<string[]> {
  const ran = await run("loginctl", ["show-user", String(uid), "--property=Linger"]);
  if (ran.stdout.trim() !== "Linger=no") return [];
  return ["backups run only while you are logged in; `loginctl enable-linger` lets them run at any time"];
}
