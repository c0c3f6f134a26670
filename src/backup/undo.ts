import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { DiskError } from "../disk/errors.ts";
import { type DiskFacts, inspectTargets } from "../disk/inspect-target.ts";
import { movesOf } from "../disk/journal-progress.ts";
import { type Owner, resolveOwner } from "../disk/owner.ts";
import type { Leftover } from "../disk/recovery.ts";
import { lastRecord, planUndoOf, targetsOnRecord, type UndoRecord, undoRestore } from "../disk/undo.ts";
import { profileOfStateDir } from "../openclaw/profile.ts";
import { targetPlaces } from "../openclaw/target.ts";
import type { Context } from "./context.ts";
import { assertGatewayStopped, gatewayTarget, whileGatewayStopped } from "./gateway-stop.ts";
import type { UndoReport } from "./restore-reports.ts";
import { processesOf } from "./processes.ts";
import { clearLeftovers, leftoversOf } from "./restore-recovery.ts";

export interface UndoOptions {
  readonly owner?: string;
  readonly home?: string;
  readonly stateDir?: string;
  readonly workspaces?: readonly { readonly path: string }[];
  readonly profile?: string;
  readonly stopGateway?: boolean;
  readonly dryRun?: boolean;
}

/**
 * Takes back the last restore that replaced something: what `--replace` put aside is put back, and what was restored is
 * put aside, never deleted. A restore that was killed half-way, or an undo that was killed at its very end, is brought to
 * its end, and that is all: what was asked for is done then, and an earlier restore is another matter.
 */
export async function undoLastRestore(options: UndoOptions, context: Context): Promise<UndoReport> {
  const places = placesOf(options, context);
  const facts = lookAt(places);
  const leftovers = leftoversOf(facts, context);
  const record = recordIn(facts, context);
  const gateway = gatewayOf(record, places);
  const isDry = options.dryRun === true;
  const taken = leftovers.find(isTakenBack);
  if (isDry) return taken ? recovered(taken, isDry) : report(record ?? refuseNothing(places), context, isDry);
  if (options.stopGateway !== true) assertGatewayStopped(gateway, context);
  return whileGatewayStopped(gateway, { wanted: options.stopGateway === true }, context, async () => {
    clearLeftovers(leftovers, context);
    if (taken !== undefined) return recovered(taken, isDry);
    const last = recordIn(lookAt(places), context) ?? refuseNothing(places);
    const done = report(last, context, isDry);
    await undoRestore(last, planUndoOf(last, context.now()), {
      uid: context.uid,
      processes: processesOf(context),
      now: context.now(),
      suffix: randomBytes(4).toString("hex"),
      ownership: context.uid === 0 ? places.owner : undefined,
    });
    return done;
  });
}

/** Whether bringing it to its end takes a restore back. */
function isTakenBack({ state, journal }: Leftover): boolean {
  return journal !== undefined && state === (journal.undoes === undefined ? "interrupted" : "done");
}

function recovered({ journal }: Leftover, dryRun: boolean): UndoReport {
  const { archiveId, startedAt, undoes } = journal!;
  const moves = movesOf(journal!);
  const asides = new Map(moves.flatMap(({ kind, from, to }) => (kind === "put-aside" ? [[from, to]] : [])));
  const placed = new Map(moves.flatMap(({ kind, from, to }) => (kind === "place" ? [[to, from]] : [])));
  const places = [...new Set([...asides.keys(), ...placed.keys()])].map((path) =>
    undoes === undefined
      ? { path, undone: null, restored: asides.get(path) ?? null }
      : { path, undone: asides.get(path) ?? null, restored: placed.get(path) ?? null },
  );
  return { archiveId, restoredAt: undoes ?? startedAt, places, dryRun };
}

function report(record: UndoRecord, context: Context, dryRun: boolean): UndoReport {
  const { startedAt, archiveId } = record.journal;
  return { archiveId, restoredAt: startedAt, places: planUndoOf(record, context.now()).places, dryRun };
}

interface Places {
  readonly owner: Owner;
  readonly home: string;
  readonly stateDir: string;
  readonly targets: readonly string[];
}

/** The places that were named; without a state dir or profile, whatever is on record in the home. */
function placesOf(options: UndoOptions, { uid, gid, env, osHomeDir, cwd }: Context): Places {
  const { owner, workspaces = [], profile } = options;
  const found = resolveOwner({ owner, home: options.home, uid, gid, env, osHomeDir });
  const home = found.home ?? cwd;
  const named = options.stateDir === undefined ? undefined : resolve(cwd, options.stateDir);
  const stateDir =
    named ?? targetPlaces({ home, profile: profile === "default" ? null : (profile ?? null) }).stateDir;
  const inHome = named === undefined && profile === undefined ? targetsOnRecord(home) : [];
  // A workspace in the state dir that was restored alone.
  const inState = targetsOnRecord(stateDir);
  const chosen = workspaces.map(({ path }) => resolve(cwd, path));
  return {
    owner: found,
    home,
    stateDir,
    targets: [...new Set([stateDir, ...inState, ...inHome, ...chosen])],
  };
}

function lookAt({ targets, home }: Places): DiskFacts {
  return inspectTargets(
    targets.map((target) => ({ target })),
    home,
  );
}

function recordIn({ targets }: DiskFacts, { uid }: Context): UndoRecord | undefined {
  return lastRecord([...targets.values()], uid);
}

/** The gateway of the state dir that the restore was about. */
function gatewayOf(record: UndoRecord | undefined, { home, stateDir }: Places) {
  const restored = record?.journal.targets.find(({ root }) => root === "state")?.path ?? stateDir;
  return gatewayTarget({ stateDir: restored, profile: profileOfStateDir(home, restored) ?? null }, home);
}

function refuseNothing({ targets }: Places): never {
  throw new DiskError("nothing-to-undo", `no restore is on record beside ${targets.join(", ")}`, {
    hint: "name the places it went to as you did then (--owner, --home, --profile, --state-dir, --workspace), as the same user; trees that were put aside and removed since cannot come back",
  });
}
