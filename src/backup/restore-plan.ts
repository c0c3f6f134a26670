import { randomBytes } from "node:crypto";
import { DiskError } from "../disk/errors.ts";
import { inspectTargets } from "../disk/inspect-target.ts";
import { type Owner, resolveOwner } from "../disk/owner.ts";
import { type Placement, planPlacement } from "../disk/plan.ts";
import type { Leftover } from "../disk/recovery.ts";
import type { Archive, OpenArchive } from "../format/archive.ts";
import type { OpenClawError } from "../openclaw/errors.ts";
import { type ArchiveFacts, archiveFacts, remoteGateway } from "./archive-metadata.ts";
import type { Context } from "./context.ts";
import type { BackupError } from "./errors.ts";
import { olderThanSeen } from "./high-water.ts";
import { type OpenClawFit, openclawFit, tooOld } from "./openclaw-fit.ts";
import { type ReadOptions, type Signer, signerOf } from "./read-options.ts";
import type { Threads } from "./reading/read-threads.ts";
import { leftoversOf } from "./restore-recovery.ts";
import { type PlaceChoices, type RestoreRoots, placeRoots } from "./restore-roots.ts";

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
  /** False: whatever names an old place stays as it is. */
  readonly rewritePaths?: boolean;
  /** Run `openclaw doctor` afterwards, as the owner. */
  readonly doctor?: boolean;
  /** Restore databases that the OpenClaw here is too old for. */
  readonly allowOlderOpenclaw?: boolean;
  /** Restore an archive although a newer one of its series was seen here. */
  readonly allowOlder?: boolean;
  /** Default: as many as are of use. */
  readonly threads?: Threads;
}

/** What a restore is going to do: made before anything is written, shown by a dry run, then carried out. */
export interface RestorePlan {
  readonly archiveId: string;
  readonly createdAt: string;
  readonly owner: Owner;
  readonly roots: RestoreRoots;
  readonly placement: Placement;
  /** What earlier restores left at the targets: to be cleared before this one is planned anew. */
  readonly leftovers: readonly Leftover[];
  /** Records of earlier restores there, by which these can be taken back. */
  readonly undoRecords: readonly string[];
  /** What the state in it needs; undefined where none is restored. */
  readonly openclaw: OpenClawFit | undefined;
  /** The OpenClaw here is too old for it, and nobody said that it does not matter. */
  readonly openclawError: OpenClawError | undefined;
  /** A newer archive of its series was seen here, and nobody said that it does not matter. */
  readonly olderError: BackupError | undefined;
  /** What the archive tells of the old installation; null without the key. */
  readonly facts: ArchiveFacts | null;
  /** The gateway of another machine, of which the old one was a client. */
  readonly remote: ReturnType<typeof remoteGateway>;
  readonly verdict: "intact" | "full" | "authentic";
  readonly signer: Signer | null;
  readonly entries: number;
  readonly bytes: number;
}

export interface RestoreSetting {
  readonly options: RestoreOptions;
  readonly context: Context;
}

/** Decides everything: whose, where, what speaks against it. Writes nothing. */
export async function planRestore(
  archive: Archive,
  entries: OpenArchive,
  { options, context }: RestoreSetting,
): Promise<RestorePlan> {
  const owner = ownerOf(options, context);
  const signer = signerOf(archive, options);
  const { manifest } = archive.layout;
  const { stateDir, workspaces, profile, only, elsewhere } = options;
  const choices = {
    ...(stateDir && { stateDir }),
    ...(workspaces && { workspaces }),
    ...(profile !== undefined && { profile }),
    ...(only !== undefined && { only }),
    ...(elsewhere !== undefined && { elsewhere }),
  };
  const roots = await placeRoots(entries, manifest, { ...choices, home: owner.home ?? "", cwd: context.cwd });
  const facts = inspectTargets(roots.roots, owner.home);
  const placement = planPlacement(roots.roots, {
    facts,
    existing: options.replace === true ? "put-aside" : "refuse",
    owner,
    uid: context.uid,
    now: context.now(),
    suffix: randomBytes(4).toString("hex"),
  });
  const openclaw = roots.roots.some(({ id }) => id === "state")
    ? openclawFit(entries, roots.stateDir, context)
    : undefined;
  const proved = entries.sealed === undefined ? "intact" : signer?.trusted === true ? "authentic" : "full";
  return {
    archiveId: manifest.archiveId,
    createdAt: manifest.createdAt,
    owner,
    roots,
    placement,
    leftovers: leftoversOf(facts, context),
    openclaw,
    facts: archiveFacts(entries.metadata),
    remote: remoteGateway(entries.metadata),
    openclawError: openclaw && options.allowOlderOpenclaw !== true ? tooOld(openclaw) : undefined,
    olderError: options.allowOlder === true ? undefined : olderThanSeen(manifest, context),
    undoRecords: [...facts.targets.values()].flatMap((target) => target.undoRecords),
    verdict: proved,
    signer,
    ...roots.totals,
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
