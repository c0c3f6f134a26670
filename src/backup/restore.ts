import { randomBytes } from "node:crypto";
import { inspectTargets } from "../disk/inspect-target.ts";
import { type Owner, resolveOwner } from "../disk/owner.ts";
import { Pins } from "../disk/pins.ts";
import { type Placement, planPlacement } from "../disk/plan.ts";
import { type PromotedTarget, promote } from "../disk/promote.ts";
import { assertPlaceable } from "../disk/refusals.ts";
import type { Ownership } from "../disk/staged-file.ts";
import { Staging } from "../disk/staging.ts";
import { StagingWriter, type StagingSummary } from "../disk/staging-writer.ts";
import { Archive, type OpenArchive } from "../format/archive.ts";
import { DiskError } from "../disk/errors.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { assertGatewayStopped, whileGatewayStopped } from "./gateway-stop.ts";
import { type ReadOptions, type Signer, hasKey, openSource, signerOf } from "./read-options.ts";
import type { RestoreReport } from "./reports.ts";
import { restoreReport } from "./restore-report.ts";
import { type PlaceChoices, type RestoreRoots, placeRoots } from "./restore-roots.ts";
import { stageEntries } from "./stage-entries.ts";

export interface RestoreOptions extends ReadOptions, PlaceChoices {
  readonly owner?: string;
  readonly home?: string;
  /** Put aside what is at the targets. */
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly stopGateway?: boolean;
  /** Without a key: restore workspace files although nothing proves them. */
  readonly allowUnproved?: boolean;
  readonly allowOutsideLinks?: boolean;
}

/** What a restore is going to do: made before anything is written, shown by a dry run, then carried out. */
export interface RestorePlan {
  readonly archiveId: string;
  readonly createdAt: string;
  readonly owner: Owner;
  readonly roots: RestoreRoots;
  readonly placement: Placement;
  readonly verdict: "intact" | "full" | "authentic";
  readonly signer: Signer | null;
  readonly entries: number;
  readonly bytes: number;
}

export interface Restored {
  readonly targets: readonly PromotedTarget[];
  readonly summary: StagingSummary;
}

/**
 * Puts an installation where it belongs. Structure, key and indexes are proved before anything is written, every byte
 * while it is staged beside the targets; then whole trees are renamed into place. If anything fails before that, the
 * machine is as it was.
 */
export async function restoreArchive(
  path: string,
  options: RestoreOptions,
  context: Context,
): Promise<RestoreReport> {
  await using source = await openSource(path, options, context);
  const archive = await Archive.open(source);
  const entries = await openProved(archive, options);
  const plan = await planRestore(archive, entries, { options, context });
  if (options.dryRun === true) return restoreReport(plan, undefined);
  assertPlaceable(plan.placement);
  const target = {
    stateDir: plan.roots.stateDir,
    profile: plan.roots.profile,
    home: plan.owner.home ?? "",
    configFile: null,
  };
  if (options.stopGateway !== true) assertGatewayStopped(target, context);
  const restored = await whileGatewayStopped(target, { wanted: options.stopGateway === true }, context, () =>
    carryOut(plan, { archive, entries }, { options, context }),
  );
  return restoreReport(plan, restored);
}

/** Without a key only the plain section can be read, and nothing binds it to who made it: that is to be asked for. */
async function openProved(archive: Archive, options: RestoreOptions): Promise<OpenArchive> {
  if (hasKey(options)) return archive.openEntries(await archive.fileKey(options.keys), { prove: true });
  if (options.allowUnproved === true) return archive.openEntries(undefined, { prove: true });
  throw new BackupError(
    "sealed-without-key",
    "state, config and credentials are sealed, and no key was given",
    {
      hint: "give the key with --identity FILE or --passphrase; workspace files alone, unproved, come back with --allow-unproved",
    },
  );
}

interface Setting {
  readonly options: RestoreOptions;
  readonly context: Context;
}

async function planRestore(
  archive: Archive,
  entries: OpenArchive,
  { options, context }: Setting,
): Promise<RestorePlan> {
  const owner = ownerOf(options, context);
  const signer = signerOf(archive, options);
  const { manifest } = archive.layout;
  const { stateDir, workspaces, profile } = options;
  const choices = {
    ...(stateDir && { stateDir }),
    ...(workspaces && { workspaces }),
    ...(profile !== undefined && { profile }),
  };
  const roots = await placeRoots(entries, manifest, { ...choices, home: owner.home ?? "", cwd: context.cwd });
  const placement = planPlacement(roots.roots, {
    facts: inspectTargets(
      roots.roots.map(({ target }) => target),
      owner.home,
    ),
    existing: options.replace === true ? "put-aside" : "refuse",
    owner,
    uid: context.uid,
    now: context.now(),
    suffix: randomBytes(4).toString("hex"),
  });
  const proved = entries.sealed === undefined ? "intact" : signer?.trusted === true ? "authentic" : "full";
  const sections = [entries.plain, ...(entries.sealed ? [entries.sealed] : [])];
  return {
    archiveId: manifest.archiveId,
    createdAt: manifest.createdAt,
    owner,
    roots,
    placement,
    verdict: proved,
    signer,
    entries: sections.reduce((sum, { totals }) => sum + totals.entries, 0),
    bytes: sections.reduce((sum, { totals }) => sum + totals.contentBytes, 0),
  };
}

function ownerOf({ owner, home }: RestoreOptions, context: Context): Owner {
  const { uid, gid, env, osHomeDir } = context;
  const found = resolveOwner({ owner, home, uid, gid, env, osHomeDir });
  if (found.home !== null) return found;
  throw new DiskError("owner-unknown", `it is not known where the home of ${found.user ?? found.uid} is`, {
    hint: "say it with --home DIR",
  });
}

async function carryOut(
  plan: RestorePlan,
  opened: { archive: Archive; entries: OpenArchive },
  setting: Setting,
): Promise<Restored> {
  const { options, context } = setting;
  const { placement, owner } = plan;
  const ownership: Ownership | undefined = context.uid === 0 || owner.gid !== context.gid ? owner : undefined;
  using pins = new Pins();
  using staging = new Staging(placement, { pins, uid: context.uid });
  using writer = new StagingWriter({
    place: (root) => staging.place(root),
    trees: placement.tops.map(({ target }) => target),
    outsideLinks: options.allowOutsideLinks === true || plan.verdict === "authentic" ? "keep" : "skip",
    privateRoots: new Set(placement.roots.map(({ id }) => id).filter((id) => !id.startsWith("workspace."))),
    ownership,
  });
  await stageEntries(opened, writer, {
    context,
    stagingDirs: placement.tops.map(({ stagingDir }) => stagingDir),
  });
  const summary = await writer.finish(() => staging.flush());
  context.signal.throwIfAborted();
  const targets = await promote(placement.tops, { pins, ownership });
  return { targets, summary };
}
