import type { EntryPath } from "../format/entry-path.ts";
import type { EntryStatus, IndexLine } from "../format/entry.ts";
import type { PlannedEntry } from "../disk/planned.ts";
import type { Installation } from "../openclaw/installation.ts";
import { addStatuses, captureCounts } from "./capture-verdict.ts";
import type { Captured } from "./capture/write-capture.ts";
import { leftOutOf } from "./left-out.ts";
import { pathText } from "./path-text.ts";
import type { CapturePlan } from "./plan-capture.ts";
import type { CaptureFinding, CreateReport, ScanHit } from "./reports.ts";

/** What of a plan is told, whether it was captured or not. */
export interface PlanSummary
  extends Pick<CapturePlan, "roots" | "warnings">, Pick<CreateReport, "leftOut" | "sealed" | "scan"> {
  readonly findings: CapturePlan["scan"]["findings"];
}

/** What a run of create has to tell; a dry run has what it expects. */
export type ReportParts = { readonly archive: string | null; readonly plan: PlanSummary } & (
  | { readonly captured: Captured; readonly verified: "full" | "none" }
  | { readonly captured?: undefined; readonly verified?: undefined; readonly expected: Facts }
);

type Facts = Pick<
  CreateReport,
  "sizeBytes" | "contentBytes" | "sections" | "entries" | "findings" | "complete"
>;

export function summaryOf(plan: CapturePlan): PlanSummary {
  const { roots, warnings, scan } = plan;
  return {
    roots,
    warnings,
    findings: scan.findings,
    leftOut: leftOutOf(scan.entries),
    ...sealedFacts(plan),
  };
}

export function createReport(
  installation: Installation,
  parts: ReportParts,
  durationMs: number,
): CreateReport {
  const { archive, captured, plan, verified = "none" } = parts;
  return {
    archive,
    archiveId: captured?.manifest.archiveId ?? "",
    createdAt: captured?.manifest.createdAt ?? null,
    series: seriesOf(captured),
    profile: installation.profile,
    stateDir: installation.stateDir,
    workspaces: installation.workspaces
      .filter(({ rootId }) => plan.roots.some(({ id }) => id === rootId))
      .map(({ agents, path }) => ({ agents, path })),
    ...withScanFindings(captured === undefined ? parts.expected : capturedFacts(captured), plan),
    leftOut: plan.leftOut,
    sealed: plan.sealed,
    scan: plan.scan,
    warnings: [...installation.warnings, ...plan.warnings, ...(captured?.warnings ?? [])],
    notices: captured?.notices ?? [],
    notCaptured: captured?.notCaptured ?? { extendedAttributes: null },
    durationMs,
    verified,
  };
}

function seriesOf(captured: Captured | undefined): CreateReport["series"] {
  const series = captured?.manifest.series ?? null;
  return series && { id: series.id, sequence: series.sequence };
}

/** What no entry stands for is missed; of what has no content to keep, the kind is told. */
function withScanFindings(facts: Facts, { findings }: PlanSummary): Facts {
  const unfit = findings.filter(({ kind }) => kind === "unfit-name");
  const kinds = new Map(
    findings.map(({ path, reason }) => [JSON.stringify(pathText(path as EntryPath)), reason]),
  );
  const explained = facts.findings.map((one) => {
    const { path, pathHex } = one;
    const reason = kinds.get(JSON.stringify({ path, ...(pathHex !== undefined && { pathHex }) }));
    return reason === undefined ? one : { ...one, reason };
  });
  const missed = unfit.map(({ path, reason }): CaptureFinding => ({
    ...pathText(path as EntryPath),
    status: "unfit-name",
    reason,
  }));
  return { ...facts, findings: [...missed, ...explained], complete: facts.complete && missed.length === 0 };
}

/** What of the workspaces is sealed, by reason; with --seal-all or in other roots everything is. */
function sealedFacts({ scan, scannedFiles }: CapturePlan): Pick<CreateReport, "sealed" | "scan"> {
  const counts = new Map<string, number>();
  const hits: ScanHit[] = [];
  for (const { path, sealedBy } of scan.entries) {
    if (sealedBy === undefined || sealedBy === "root") continue;
    counts.set(sealedBy, (counts.get(sealedBy) ?? 0) + 1);
    if (sealedBy.startsWith("secret:")) hits.push({ ...pathText(path), reason: sealedBy });
  }
  const sealed = [...counts].map(([reason, entries]) => ({ reason, entries }));
  return { sealed: sealed.sort((a, b) => b.entries - a.entries), scan: { files: scannedFiles, hits } };
}

function capturedFacts({ written, notable }: Captured): Facts {
  const { plain, sealed } = written.sections;
  const statuses = addStatuses(plain.statuses, sealed.statuses);
  const moved = statuses.get("moved") ?? 0;
  return {
    sizeBytes: written.sizeBytes,
    contentBytes: plain.contentBytes + sealed.contentBytes,
    sections: [
      { name: "plain", sealed: false, ...section(plain) },
      { name: "sealed", sealed: true, ...section(sealed) },
    ],
    entries: countStatuses(statuses, plain.entries + sealed.entries - moved),
    findings: notable.map(finding),
    complete: captureCounts(statuses).complete,
  };
}

function section({
  entries,
  contentBytes,
  storedBytes,
}: Captured["written"]["sections"]["plain"]): Omit<CreateReport["sections"][number], "name" | "sealed"> {
  return { entries, contentBytes, storedBytes };
}

/** The same before anything is read: all that can be seen is expected to work out. */
export function expectedFacts({ scan: { entries, totals } }: CapturePlan): Facts {
  const statuses = new Map<EntryStatus, number>();
  for (const entry of entries) {
    const status = plannedStatus(entry);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  return {
    sizeBytes: 0,
    contentBytes: totals.plain.contentBytes + totals.sealed.contentBytes,
    sections: [
      { name: "plain", sealed: false, ...totals.plain, storedBytes: 0 },
      { name: "sealed", sealed: true, ...totals.sealed, storedBytes: 0 },
    ],
    entries: countStatuses(statuses, entries.length),
    findings: entries
      .filter((entry) => plannedStatus(entry) !== "ok" && plannedStatus(entry) !== "database")
      .map(plannedFinding),
    complete: captureCounts(statuses).complete,
  };
}

function plannedStatus({ excluded, unreadable, vanished, database }: PlannedEntry): EntryStatus {
  if (excluded !== undefined) return `excluded:${excluded.rule}`;
  if (unreadable !== undefined) return "unreadable";
  if (vanished !== undefined) return "vanished";
  return database === true ? "database" : "ok";
}

function plannedFinding(entry: PlannedEntry): CaptureFinding {
  const size = entry.excluded && { entries: entry.excluded.entries, size: entry.excluded.bytes };
  const reason = entry.unreadable ?? entry.vanished;
  return finding({
    path: entry.path,
    type: entry.type,
    status: plannedStatus(entry),
    absent: true,
    ...size,
    ...(reason && { reason }),
  });
}

function countStatuses(statuses: ReadonlyMap<EntryStatus, number>, total: number): CreateReport["entries"] {
  const count = (status: EntryStatus): number => statuses.get(status) ?? 0;
  const excluded = [...statuses].reduce(
    (sum, [status, number]) => (status.startsWith("excluded:") ? sum + number : sum),
    0,
  );
  return {
    total,
    ok: count("ok"),
    changed: count("changed"),
    vanished: count("vanished"),
    unreadable: count("unreadable"),
    excluded,
    moved: count("moved"),
    database: count("database"),
  };
}

function finding(line: IndexLine): CaptureFinding {
  return { ...pathText(line.path), status: line.status, reason: line.reason ?? leftOutReason(line) };
}

function leftOutReason(line: IndexLine): string {
  if (!("absent" in line) || line.entries === undefined) return "";
  return line.entries === 0 ? `${line.size ?? 0} bytes` : `${line.entries} entries, ${line.size ?? 0} bytes`;
}
