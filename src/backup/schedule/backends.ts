import type { Backend, BackendTools } from "../../schedule/backend.ts";
import { cronBackend } from "../../schedule/cron.ts";
import { ScheduleError } from "../../schedule/errors.ts";
import type { BackendName } from "../../schedule/job.ts";
import { launchdBackend } from "../../schedule/launchd.ts";
import { schedulePlaces } from "../../schedule/places.ts";
import { runnerIn } from "../../schedule/runner.ts";
import { systemdBackend } from "../../schedule/systemd.ts";
import type { Context } from "../context.ts";
import { processesOf } from "../processes.ts";

export type Backends = Readonly<Record<BackendName, Backend>>;

export function backendsFor(context: Context): Backends {
  const { env, uid, signal } = context;
  const tools: BackendTools = {
    run: runnerIn(env, signal),
    places: schedulePlaces(context),
    uid,
    env,
    processes: processesOf(context),
  };
  return { systemd: systemdBackend(tools), launchd: launchdBackend(tools), cron: cronBackend(tools) };
}

/** The scheduler that was asked for, else the first that answers here. Throws `no-scheduler`. */
export async function chooseBackend(
  asked: BackendName | undefined,
  backends: Backends,
  { platform }: Context,
): Promise<Backend> {
  const own: readonly BackendName[] = platform === "darwin" ? ["launchd", "cron"] : ["systemd", "cron"];
  const reasons: string[] = [];
  for (const name of asked === undefined ? own : [asked]) {
    const reason = await backends[name].unfit();
    if (reason === null) return backends[name];
    reasons.push(`${name}: ${reason}`);
  }
  throw new ScheduleError("no-scheduler", `no scheduler can be used here: ${reasons.join("; ")}`, {
    hint: "install cron, or let another scheduler call `ocbak run --quiet`",
  });
}
