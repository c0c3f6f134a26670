import { type Gauge, openMetrics, type Sample } from "../../notify/openmetrics.ts";
import type { Context } from "../context.ts";
import type { InstallationStatus, StoreStatus } from "./status-report.ts";

const outcomes = ["done", "incomplete", "failed", "killed"] as const;

/** The text for node_exporter: of the installations of this host, as another one's metrics are its own. */
export function statusMetrics(
  installations: readonly InstallationStatus[],
  { hostname, toolVersion }: Pick<Context, "hostname" | "toolVersion">,
): string {
  const own = installations.filter((installation) => installation.host === hostname);
  return openMetrics([
    gauge("ocbak_info", "The version of ocbak that wrote this.", [
      { labels: { version: toolVersion }, value: 1 },
    ]),
    ...runGauges(own),
    ...archiveGauges(own),
    ...storeGauges(own),
    ...drillGauges(own),
  ]);
}

function runGauges(own: readonly InstallationStatus[]): Gauge[] {
  return [
    gauge(
      "ocbak_last_success_timestamp_seconds",
      "When the last run ended in which every step went well; 0: never.",
      own.map((each) => sample(each, seconds(each.lastSuccess?.at))),
    ),
    gauge(
      "ocbak_last_failure_timestamp_seconds",
      "When the last run ended that did not go well; 0: never.",
      own.map((each) => sample(each, seconds(each.lastFailure?.at))),
    ),
    gauge(
      "ocbak_last_run_outcome",
      "How the last run ended: 1 for one of done, incomplete, failed, killed.",
      own.flatMap((each) =>
        outcomes.map((outcome) => sample(each, Number(each.lastOutcome === outcome), { outcome })),
      ),
    ),
    gauge(
      "ocbak_failures_since_success",
      "Runs that did not go well since the last that did.",
      own.map((each) => sample(each, each.failuresSince)),
    ),
    gauge(
      "ocbak_last_run_untold",
      "How many calls, commands and the like about the last run failed.",
      own.map((each) => sample(each, each.untold.length)),
    ),
  ];
}

function archiveGauges(own: readonly InstallationStatus[]): Gauge[] {
  const good = own.filter((each) => each.lastSuccess !== null);
  return [
    gauge(
      "ocbak_last_success_duration_seconds",
      "How long the last run took in which every step went well.",
      good.map((each) => sample(each, each.lastSuccess!.durationMs / 1000)),
    ),
    gauge(
      "ocbak_last_success_archive_bytes",
      "How large its archive is.",
      good
        .filter((each) => each.lastSuccess!.archive !== null)
        .map((each) => sample(each, each.lastSuccess!.archive!.sizeBytes)),
    ),
  ];
}

function storeGauges(own: readonly InstallationStatus[]): Gauge[] {
  const perStore = (value: (store: StoreStatus) => number): Sample[] =>
    own.flatMap((each) => each.stores.map((store) => sample(each, value(store), { store: store.store })));
  return [
    gauge(
      "ocbak_store_last_archive_timestamp_seconds",
      "When the last whole archive came into a store; 0: never.",
      perStore((store) => seconds(store.lastArchive?.at)),
    ),
    gauge(
      "ocbak_store_last_read_timestamp_seconds",
      "When a part of the archives in a store was read for proof, and was whole; 0: never, or not the last time.",
      perStore(({ lastRead }) => (lastRead?.ok ? seconds(lastRead.at) : 0)),
    ),
  ];
}

function drillGauges(own: readonly InstallationStatus[]): Gauge[] {
  const drilled = own.filter((each) => each.lastDrill !== null);
  return [
    gauge(
      "ocbak_last_drill_timestamp_seconds",
      "When it was last proved, or not, that an archive restores.",
      drilled.map((each) => sample(each, seconds(each.lastDrill!.at))),
    ),
    gauge(
      "ocbak_last_drill_success",
      "1: it was proved.",
      drilled.map((each) => sample(each, Number(each.lastDrill!.ok))),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Gauge {
  return { name, help, samples };
}

function sample(
  { profile, stateDir }: InstallationStatus,
  value: number,
  labels: Readonly<Record<string, string>> = {},
): Sample {
  // An empty label is none: the profile without a name is `default`, as on the command line.
  return { labels: { profile: profile ?? "default", state_dir: stateDir, ...labels }, value };
}

function seconds(at: string | undefined): number {
  return at === undefined ? 0 : Date.parse(at) / 1000;
}
