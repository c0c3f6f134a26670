import { join } from "node:path";
import type { PlacedTop } from "../disk/plan.ts";
import { treeSize, type TreeSize } from "../disk/tree-size.ts";
import { displayBytes } from "../format/entry-path.ts";
import type { Check, RestoreReport } from "./restore-reports.ts";
import { linkWarnings } from "./extract.ts";
import { nextSteps } from "./next-steps.ts";
import { pathText } from "./path-text.ts";
import { refusalOf } from "./restore-recovery.ts";
import type { RestorePlan } from "./restore-plan.ts";
import type { RewriteReport } from "../openclaw/rewrite/findings.ts";
import type { StagingSummary } from "../disk/staging-writer.ts";

/** What a plan came to once it was carried out. */
export interface Restored {
  readonly summary: StagingSummary;
  /** Undefined: paths were to stay as they are. */
  readonly rewritten: RewriteReport | undefined;
  readonly checks: readonly Check[];
}

/** The report on a restore, or on the plan alone. */
export function restoreReport(
  plan: RestorePlan,
  restored: Restored | undefined,
  told?: Partial<Pick<RestoreReport, "checks" | "doctor" | "warnings" | "toRewrite">>,
): RestoreReport {
  const { owner, placement } = plan;
  return {
    archiveId: plan.archiveId,
    verdict: plan.verdict,
    owner: {
      user: owner.user ?? String(owner.uid),
      uid: owner.uid,
      gid: owner.gid,
      group: owner.group ?? String(owner.gid),
    },
    targets: targetsOf(plan, { withSizes: restored === undefined }),
    space: placement.space,
    entries: restored?.summary.entries ?? plan.entries,
    bytes: restored?.summary.bytes ?? plan.bytes,
    rewritten: restored?.rewritten?.rewritten ?? [],
    toRewrite: told?.toRewrite ?? null,
    left: [...leftOut(restored), ...(restored?.rewritten?.left ?? [])],
    checks:
      restored === undefined
        ? []
        : [contentCheck(plan, restored), ...restored.checks, ...(told?.checks ?? [])],
    doctor: told?.doctor ?? null,
    hints: restored === undefined ? [] : [...notRewritten(plan, restored), ...nextSteps(plan)],
    warnings: [
      ...(told?.warnings ?? []),
      ...(plan.verdict === "intact"
        ? ["no key was given: workspace files came back unproved, state, config and credentials not at all"]
        : []),
      ...clientOnly(plan),
      ...(restored === undefined
        ? refusals(plan)
        : [...linkWarnings(restored.summary), ...(restored.rewritten?.notes ?? [])]),
    ],
    dryRun: restored === undefined,
  };
}

/** Who moves a client may think that the gateway moves with it. */
function clientOnly({ remote }: RestorePlan): string[] {
  if (remote === null) return [];
  const where = remote.url === null ? "another machine" : `another machine (${remote.url})`;
  return [
    `the gateway is on ${where}, with its sessions, memory and workspaces: they are not in this archive`,
  ];
}

/** What a dry run has to say beforehand. */
function refusals({ placement, leftovers, openclawError, olderError }: RestorePlan): string[] {
  const all = [...leftovers.map(refusalOf), olderError, openclawError, ...placement.refusals];
  const found = leftovers.filter(({ state }) => state !== "foreign");
  return [
    ...(found.length === 0 ? [] : ["an interrupted restore was found: it would be brought to its end first"]),
    ...all
      .filter((refusal) => refusal !== undefined)
      .map(({ message, hint }) => `would be refused: ${message}${hint === undefined ? "" : ` (${hint})`}`),
  ];
}

type Target = RestoreReport["targets"][number];

/** Every root with its place; roots inside another one are placed with it. */
function targetsOf({ placement }: RestorePlan, { withSizes }: { withSizes: boolean }): Target[] {
  return placement.roots.map(({ id, target }) => {
    const top = placement.tops.find((one) => one.id === id);
    const pieces = top?.pieces?.map(({ path }) => path);
    return {
      root: id,
      path: target,
      ...(top?.asideName && { replaced: top.asideName }),
      ...(pieces && { pieces }),
      ...(withSizes && top?.asideName && { there: sizeOfReplaced(top) }),
      ...(top !== undefined && top.carried.length > 0 && { carried: top.carried.map(({ path }) => path) }),
    };
  });
}

function sizeOfReplaced({ realTarget, pieces }: PlacedTop): TreeSize {
  const paths = pieces?.flatMap(({ replaces }) => replaces.map((path) => join(realTarget, path))) ?? [
    realTarget,
  ];
  const sizes = paths.map(treeSize);
  const sum = (key: keyof TreeSize): number => sizes.reduce((total, size) => total + size[key], 0);
  return { entries: sum("entries"), bytes: sum("bytes") };
}

function leftOut(restored: Restored | undefined): RestoreReport["left"] {
  return (restored?.summary.outsideLinks ?? []).map(({ path, target }) => ({
    file: pathText(path).path,
    path: displayBytes(target),
    reason: "a symbolic link that leads out of what was restored; --allow-outside-links makes it",
  }));
}

function contentCheck(plan: RestorePlan, { summary }: Restored): Check {
  const proof = plan.verdict === "intact" ? "against the archive's own index only" : "by its digest";
  return {
    name: "content",
    ok: true,
    detail: `${summary.entries} entries, every file proved ${proof} while it was written`,
  };
}

function notRewritten({ roots }: RestorePlan, { rewritten }: Restored): string[] {
  const hasMoved = roots.roots.some(({ sourcePath, target }) => sourcePath !== target);
  return hasMoved && rewritten === undefined
    ? ["config and databases still name the old places, as --no-rewrite-paths asks: OpenClaw will look there"]
    : [];
}
