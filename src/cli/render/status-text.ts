import type { ForgetReport } from "../../backup/status/forget.ts";
import type {
  InstallationStatus,
  StatusProblem,
  StatusReport,
  StoreStatus,
} from "../../backup/status/status-report.ts";
import { safe } from "../output.ts";
import { age, moment } from "./ages.ts";
import { count, duration, size, table } from "./units.ts";

const failureWords = { failed: "failed", incomplete: "missed data", killed: "never came to an end" } as const;

/** How backups fare, for people: what is wrong stands first, then each installation. */
export function statusText(report: StatusReport, ownHost: string): string {
  const { installations, timers, warnings } = report;
  if (installations.length === 0) return nothingText(report);
  const lines = installations.flatMap((each) => ["", ...installationLines(each, ownHost)]);
  const timerLines = timers.flatMap(({ name, next, problems }) => [
    `timer ${safe(name)}: ${next === null ? "is off" : `next run ${moment(next)}`}`,
    ...problems.map((problem) => `  ${safe(problem)}`),
  ]);
  const untimed =
    timers.length + warnings.length > 0 ? [] : ["no timer is installed: `ocbak schedule install`"];
  const all = [...problemLines(report, ownHost), ...lines, "", ...timerLines, ...untimed];
  return `${[...all, ...warnings.map((warning) => `warning: ${safe(warning)}`)].join("\n").trimStart()}\n`;
}

function nothingText({ timers }: StatusReport): string {
  const next = timers.find((timer) => timer.next !== null)?.next;
  const hint =
    next === undefined || next === null
      ? "make one now with `ocbak run`, and every night with `ocbak schedule install`"
      : `the first run is due ${moment(next)}; \`ocbak run\` makes one now`;
  return `NO BACKUP: no run was ever recorded here\n${hint}\n`;
}

function problemLines({ installations }: StatusReport, ownHost: string): string[] {
  return installations.flatMap((each) =>
    each.problems.map((problem) => `${problemText(problem, each)} (${nameOf(each, ownHost)})`),
  );
}

function problemText({ code, store }: StatusProblem, { lastSuccess, lastDrill }: InstallationStatus): string {
  const where = store === null ? "" : ` in store ${safe(store)}`;
  if (code === "drill-failed")
    return `DOES NOT RESTORE: ${safe(lastDrill?.reason ?? "the last drill failed")}`;
  if (code === "never") return `NO BACKUP${where}: none ever ended well`;
  const since =
    store === null && lastSuccess !== null ? `: the last good one is ${age(lastSuccess.ageMs)} old` : "";
  return `OVERDUE${where}${since}`;
}

function installationLines(each: InstallationStatus, ownHost: string): string[] {
  const { lastSuccess, running, lastDrill, sizes, stores, untold } = each;
  const rows = [
    ["last success", lastSuccess === null ? "never" : successText(lastSuccess)],
    ["last failure", failureText(each)],
    ...(running === null ? [] : [["running", `since ${moment(running.since)}`]]),
    ...(sizes.length === 0 ? [] : [["size", sizeText(sizes)]]),
    ["last drill", lastDrill === null ? "never" : drillText(lastDrill)],
    ...stores.map((store) => [`store ${safe(store.store)}`, storeText(store)]),
    ...untold.map((reason) => ["not told", safe(reason)]),
  ];
  return [nameOf(each, ownHost), ...table(rows), ...forgetLines(each, ownHost)];
}

function nameOf({ host, profile, stateDir }: InstallationStatus, ownHost: string): string {
  return safe(`${profile ?? "default"}, ${host === ownHost ? "" : `${host}:`}${stateDir}`);
}

function successText({ at, ageMs, durationMs }: NonNullable<InstallationStatus["lastSuccess"]>): string {
  return `${moment(at)}, ${age(ageMs)} ago, took ${duration(durationMs)}`;
}

function failureText({ lastFailure, failuresSince }: InstallationStatus): string {
  if (lastFailure === null) return "never";
  const since = failuresSince === 0 ? "" : `; ${count(failuresSince, "run")} since the last success`;
  const reasons = lastFailure.steps.map(({ step, store, reason, outcome }) =>
    safe(`${step}${store === null ? "" : ` ${store}`}: ${reason ?? outcome}`),
  );
  const head = `${moment(lastFailure.at)}, ${failureWords[lastFailure.outcome]}${since}`;
  return [head, ...reasons].join("; ");
}

/** The last one, and how it compares with the first of those that are shown. */
function sizeText(sizes: InstallationStatus["sizes"]): string {
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  if (sizes.length === 1) return size(last.sizeBytes);
  const percent = Math.round((last.sizeBytes / first.sizeBytes - 1) * 100);
  return `${size(last.sizeBytes)}, ${percent < 0 ? "" : "+"}${percent} % since ${moment(first.createdAt)}`;
}

function drillText({ at, ok, reason }: NonNullable<InstallationStatus["lastDrill"]>): string {
  return `${moment(at)}, ${ok ? "it restores" : `FAILED: ${safe(reason ?? "no reason is known")}`}`;
}

function storeText({ lastArchive, lastFailure, lastRead }: StoreStatus): string {
  const fails = lastFailure !== null && (lastArchive === null || lastFailure.at >= lastArchive.at);
  return [
    lastArchive === null
      ? "no archive"
      : `last archive ${moment(lastArchive.at)}, ${age(lastArchive.ageMs)} ago`,
    ...(fails ? [`${lastFailure.step} failed: ${safe(lastFailure.reason ?? "no reason is known")}`] : []),
    ...(lastRead === null ? [] : [`read ${moment(lastRead.at)}${lastRead.ok ? "" : ": NOT WHOLE"}`]),
  ].join("; ");
}

/** What is overdue because it is no more need not stay so for ever. */
function forgetLines({ state, host, stateDir }: InstallationStatus, ownHost: string): string[] {
  if (state === "fresh") return [];
  const name = host === ownHost ? stateDir : `${host}:${stateDir}`;
  return [`  if it is no more: ocbak status --forget '${safe(name)}'`];
}

/** What was removed from the records. */
export function forgetText({ forgotten }: ForgetReport): string {
  return forgotten
    .map(({ profile, stateDir, runs }) =>
      safe(
        `forgotten: ${profile ?? "default"}, ${stateDir} (${count(runs, "run")}); its archives stay`,
      ).concat("\n"),
    )
    .join("");
}
