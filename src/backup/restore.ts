import { Pins } from "../disk/pins.ts";
import { promote } from "../disk/promote.ts";
import { assertPlaceable } from "../disk/refusals.ts";
import type { Ownership } from "../disk/staged-file.ts";
import { Staging } from "../disk/staging.ts";
import { type StagingOptions, type StagingSummary, StagingWriter } from "../disk/staging-writer.ts";
import { removeVoidRecords } from "../disk/undo.ts";
import type { Archive, OpenArchive } from "../format/archive.ts";
import type { ByteSource } from "../format/bytes.ts";
import { displayPath } from "../format/entry-path.ts";
import type { RewriteReport } from "../openclaw/rewrite/findings.ts";
import { FileSource } from "../store/file-source.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { openArchive } from "./open-archive.ts";
import { assertGatewayStopped, gatewayTarget, whileGatewayStopped } from "./gateway-stop.ts";
import { noteSeen } from "./high-water.ts";
import { hasKey, openSource } from "./read-options.ts";
import { pathRewrite } from "./path-rewrite.ts";
import type { Check, RestoreReport } from "./restore-reports.ts";
import { doctorCheck } from "./proof/doctor-check.ts";
import { installationChecks } from "./proof/installation-check.ts";
import { oldPlacesCheck } from "./proof/old-places-check.ts";
import { pluginOwnerCheck } from "./proof/plugin-owner-check.ts";
import { isPrivateRoot, ownerCheck } from "./proof/owner-check.ts";
import { processesOf } from "./processes.ts";
import { clearLeftovers } from "./restore-recovery.ts";
import { type Restored, restoreReport } from "./restore-report.ts";
import { type RestoreOptions, type RestorePlan, type RestoreSetting, planRestore } from "./restore-plan.ts";
import type { OpenedArchive } from "./reading/read-parts.ts";
import { type ThreadedReading, threadsFor } from "./reading/read-threads.ts";
import { rewritePreview } from "./rewrite-preview.ts";
import { stageEntries } from "./stage-entries.ts";

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
  const archive = await openArchive(source);
  const entries = await openProved(archive, options);
  const setting = { options, context };
  const plan = await planRestore(archive, entries, setting);
  if (options.dryRun === true) {
    const toRewrite = options.rewritePaths === false ? null : await rewritePreview(plan, entries);
    return restoreReport(plan, undefined, { toRewrite });
  }
  if (plan.olderError !== undefined) throw plan.olderError;
  if (plan.openclawError !== undefined) throw plan.openclawError;
  // What a killed restore left may be what speaks against this one.
  if (plan.leftovers.length === 0) assertPlaceable(plan.placement);
  const target = gatewayTarget(plan.roots, plan.owner.home);
  if (options.stopGateway !== true) assertGatewayStopped(target, context);
  // Awaited here: the archive is closed when this function ends.
  return await whileGatewayStopped(target, { wanted: options.stopGateway === true }, context, async () => {
    const cleared = await afterClearing(plan, { archive, entries }, setting);
    const restored = await carryOut(cleared, { source, archive, entries }, setting);
    if (entries.sealed !== undefined) noteSeen(archive.layout.manifest, context);
    const told = options.doctor === true ? await doctorCheck(cleared, context) : undefined;
    return restoreReport(cleared, restored, told);
  });
}

/** The plan for the machine as it is once earlier restores are brought to their end. */
async function afterClearing(
  plan: RestorePlan,
  { archive, entries }: { archive: Archive; entries: OpenArchive },
  setting: RestoreSetting,
): Promise<RestorePlan> {
  if (plan.leftovers.length === 0) return plan;
  clearLeftovers(plan.leftovers, setting.context);
  const anew = await planRestore(archive, entries, setting);
  assertPlaceable(anew.placement);
  return anew;
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

/** A further name of a file that was not selected: it would be missing, and what is there put aside for nothing. */
function refuseMissingLinks({ missingLinks: [first] }: StagingSummary): void {
  if (first === undefined) return;
  throw new BackupError(
    "no-such-entry",
    `${displayPath(first)} is a further name of a file that was not selected`,
    {
      hint: "select the file, too: `ocbak ls -l` shows which it is",
    },
  );
}

/** Stages, proves and puts in place what was planned. */
export async function carryOut(
  plan: RestorePlan,
  opened: OpenedArchive & { readonly source: ByteSource },
  setting: RestoreSetting,
): Promise<Restored> {
  const { options, context } = setting;
  const { placement, owner } = plan;
  const ownership: Ownership | undefined = context.uid === 0 || owner.gid !== context.gid ? owner : undefined;
  using pins = new Pins();
  using staging = new Staging(placement, { pins, uid: context.uid, processes: processesOf(context) });
  const rewrite =
    options.rewritePaths === false ? undefined : pathRewrite(plan, opened.entries, context.signal);
  const privateRoots = new Set(placement.roots.map(({ id }) => id).filter(isPrivateRoot));
  const threads = threadsOf(plan, opened, options);
  const files = { places: staging.places, privateRoots, ownership };
  using writer = new StagingWriter({
    ...choicesOf(plan, options),
    ...files,
    place: (root) => staging.place(root),
    linkTarget: rewrite?.linkTarget,
    makes: threads === undefined ? "everything" : "all-but-files",
  });
  await stageEntries(opened, writer, {
    context,
    stagingDirs: placement.tops.map(({ stagingDir }) => pins.pin(stagingDir).base),
    selection: plan.roots.selection,
    threads: threads && { ...threads, files, onBytes: (bytes) => staging.wrote(bytes) },
  });
  let rewritten: RewriteReport | undefined;
  const summary = await writer.finish(async () => {
    rewritten = await rewrite?.run((root) => staging.place(root));
    await staging.flush();
  });
  if (plan.roots.selection !== undefined) refuseMissingLinks(summary);
  context.signal.throwIfAborted();
  const { archiveId } = plan;
  const journal = await promote(placement.tops, {
    pins,
    ownership,
    archiveId,
    now: context.now(),
  });
  staging.keepRecords(journal);
  removeVoidRecords(plan.undoRecords, context.uid);
  return {
    summary,
    rewritten,
    checks: checksOf(plan, opened.entries, { isRewritten: rewrite !== undefined, context }),
  };
}

function choicesOf(
  { placement, verdict }: RestorePlan,
  { allowOutsideLinks }: RestoreOptions,
): Pick<StagingOptions, "trees" | "outsideLinks"> {
  return {
    trees: placement.tops.map(({ target }) => target),
    outsideLinks: allowOutsideLinks === true || verdict === "authentic" ? "keep" : "skip",
  };
}

/** Who makes the files. A selection is read by its frames alone, in this thread. */
function threadsOf(
  { roots }: RestorePlan,
  { source, archive, entries }: OpenedArchive & { readonly source: ByteSource },
  options: RestoreOptions,
): ThreadedReading | undefined {
  const threads = options.threads ?? threadsFor(source, { archive, entries });
  const isOne = roots.selection !== undefined || threads.count === 0 || !(source instanceof FileSource);
  return isOne ? undefined : { ...threads, source };
}

/** What can be said of it now that it is in its place. */
function checksOf(
  plan: RestorePlan,
  entries: OpenArchive,
  { isRewritten, context }: { readonly isRewritten: boolean; readonly context: Context },
): Check[] {
  return [
    ownerCheck(plan, context),
    ...installationChecks(plan, context.now()),
    ...(isRewritten ? oldPlacesCheck(plan, entries) : []),
    ...pluginOwnerCheck(plan),
  ];
}
