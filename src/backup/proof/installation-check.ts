import { OpenClawError } from "../../openclaw/errors.ts";
import { locateInstallation } from "../../openclaw/locate.ts";
import type { ArchiveFacts } from "../archive-metadata.ts";
import type { Check } from "../restore-reports.ts";
import type { RestorePlan } from "../restore-plan.ts";
import { restoredEnvironment } from "../restored-environment.ts";
import { countNow, type PlacedDatabase } from "./count-now.ts";
import { missingPlugins } from "./missing-plugins.ts";

type Counts = NonNullable<ArchiveFacts["counts"]>;

/**
 * Looks for the installation as OpenClaw itself will, in the place it was restored to: its config can be read, every
 * workspace is there, and agents, sessions and cron jobs are as many as when it was captured.
 */
export function installationChecks(plan: RestorePlan, now: Date): Check[] {
  const { roots, facts } = plan;
  const isWhole = roots.roots.some(({ id, pieces }) => id === "state" && pieces === undefined);
  if (!isWhole || facts === null) return [];
  try {
    const found = locateInstallation({ stateDir: roots.stateDir }, surroundingsOf(plan));
    const missing = found.workspaces.filter(({ exists }) => !exists).map(({ path }) => path);
    const config = found.configFile === null ? "without a config file" : "its config can be read";
    return [
      {
        name: "installation",
        ok: true,
        detail: `OpenClaw finds it at ${found.stateDir}, ${config}${missing.length === 0 ? "" : `; not there: ${missing.join(", ")}`}${pluginsWanted(plan)}`,
      },
      ...(facts.counts === null ? [] : [countsCheck(facts.counts, countNow(found, databasesOf(plan), now))]),
    ];
  } catch (error) {
    if (!(error instanceof OpenClawError)) throw error;
    return [{ name: "installation", ok: false, detail: `OpenClaw would not find it: ${error.message}` }];
  }
}

/** OpenClaw's own databases where they lie now. */
function databasesOf({ roots, facts }: RestorePlan): PlacedDatabase[] {
  return (facts?.databases ?? []).flatMap(({ path }) => {
    const [root = "", ...rest] = path.split("/");
    const target = roots.roots.find(({ id }) => id === root)?.target;
    return target === undefined ? [] : [{ path, file: [target, ...rest].join("/") }];
  });
}

/** The environment in which the owner's gateway will look: as the archive has its places, and nothing of this process. */
function surroundingsOf(plan: RestorePlan) {
  const home = plan.owner.home ?? "/";
  return { env: { HOME: home, ...restoredEnvironment(plan) }, osHomeDir: home, cwd: home };
}

/** Channels among them would be silent. */
function pluginsWanted(plan: RestorePlan): string {
  const wanted = missingPlugins(plan).map(({ id, command }) =>
    command === null ? id : `${id} (openclaw ${command})`,
  );
  return wanted.length === 0 ? "" : `; plugins to be installed again: ${wanted.join(", ")}`;
}

/** More is no fault: the gateway went on while it was captured. */
function countsCheck(
  then: Counts,
  now: Pick<Counts, "agents" | "sessions" | "cronJobs" | "channels">,
): Check {
  const sum = (sessions: Counts["sessions"]): number | null =>
    sessions.some(({ count }) => count === null)
      ? null
      : sessions.reduce((total, { count }) => total + count!, 0);
  const rows: [string, number | null, number | null][] = [
    ["agents", then.agents, now.agents],
    ["sessions", sum(then.sessions), sum(now.sessions)],
    ["cron jobs", then.cronJobs?.total ?? null, now.cronJobs?.total ?? null],
    ["channels", channelsIn(then), channelsIn(now)],
  ];
  const known = rows.filter(([, before]) => before !== null);
  const fewer = known.filter(([, before, after]) => (after ?? 0) < before!);
  return {
    name: "counts",
    ok: fewer.length === 0,
    detail:
      fewer.length === 0
        ? `as many as were captured: ${known.map(([what, , after]) => `${what}: ${after ?? 0}`).join(", ")}`
        : `fewer than were captured: ${fewer.map(([what, before, after]) => `${after ?? "unknown"} of ${before!} ${what}`).join(", ")}`,
  };
}

/** Of the config; a login alone may lie in a root that was not selected. */
function channelsIn({ channels }: Pick<Counts, "channels">): number | null {
  return channels?.filter(({ accounts }) => accounts.length > 0).length ?? null;
}
