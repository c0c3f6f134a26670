import { Pins } from "../disk/pins.ts";
import { promote } from "../disk/promote.ts";
import { assertPlaceable } from "../disk/refusals.ts";
import type { Ownership } from "../disk/staged-file.ts";
import { Staging } from "../disk/staging.ts";
import { StagingWriter } from "../disk/staging-writer.ts";
import type { Archive, OpenArchive } from "../format/archive.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { openArchive } from "./open-archive.ts";
import { assertGatewayStopped, whileGatewayStopped } from "./gateway-stop.ts";
import { hasKey, openSource } from "./read-options.ts";
import type { RestoreReport } from "./reports.ts";
import { type Restored, restoreReport } from "./restore-report.ts";
import { type RestoreOptions, type RestorePlan, type RestoreSetting, planRestore } from "./restore-plan.ts";
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

async function carryOut(
  plan: RestorePlan,
  opened: { archive: Archive; entries: OpenArchive },
  setting: RestoreSetting,
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
