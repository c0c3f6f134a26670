import { join, resolve } from "node:path";
import { assertPlaceable } from "../disk/refusals.ts";
import { WorkDir } from "../disk/work-dir.ts";
import { workParent } from "./archive-name.ts";
import type { Context } from "./context.ts";
import { BackupError } from "./errors.ts";
import { linkWarnings } from "./extract.ts";
import { openArchive } from "./open-archive.ts";
import { pathText } from "./path-text.ts";
import { contentsCheck } from "./proof/contents-check.ts";
import { databasesCheck } from "./proof/database-checks.ts";
import { hasKey, openSource, type ReadOptions } from "./read-options.ts";
import type { DrillReport } from "./restore-reports.ts";
import { carryOut } from "./restore.ts";
import { planRestore } from "./restore-plan.ts";

export interface DrillOptions extends ReadOptions {
  /** A folder on a disk with room for all of it. Default: the user's cache. */
  readonly directory?: string;
}

/**
 * Restores an archive into a private folder as `restore` would into a home, proves what came of it, and removes it again.
 * Nothing else is touched.
 */
export async function drillArchive(
  path: string,
  options: DrillOptions,
  context: Context,
): Promise<DrillReport> {
  const startedAt = context.now().getTime();
  if (!hasKey(options)) throw withoutKey();
  await using source = await openSource(path, options, context);
  const archive = await openArchive(source);
  const entries = await archive.openEntries(await archive.fileKey(options.keys), { prove: true });
  const { directory } = options;
  using folder =
    directory === undefined
      ? WorkDir.make(workParent(context), context.pid, "drill")
      : WorkDir.in(resolve(context.cwd, directory), context.pid, "drill");
  const places = {
    home: join(folder.path, "home"),
    elsewhere: join(folder.path, "elsewhere"),
    owner: `${context.uid}:${context.gid}`,
    // What goes nowhere may be of any age: nobody need look for a newer one.
    allowOlder: true,
  };
  const setting = { options: { ...options, ...places }, context };
  const plan = await planRestore(archive, entries, setting);
  assertPlaceable(plan.placement);
  const restored = await carryOut(plan, { source, archive, entries }, setting);
  const { summary, rewritten } = restored;
  const changed = new Set([
    ...summary.outsideLinks.map((link) => pathText(link.path).path),
    // Its paths are other ones here; what its databases hold is counted and checked.
    ...(rewritten?.touched ?? []),
  ]);
  const { roots } = plan.roots;
  const checks = [
    ...restored.checks,
    await databasesCheck(entries, roots),
    await contentsCheck({ entries, roots }, changed, context),
  ];
  return {
    archive: path,
    archiveId: plan.archiveId,
    createdAt: plan.createdAt,
    verdict: plan.verdict,
    entries: summary.entries,
    bytes: summary.bytes,
    ok: checks.every(({ ok }) => ok),
    checks,
    warnings: linkWarnings(summary),
    durationMs: context.now().getTime() - startedAt,
  };
}

function withoutKey(): BackupError {
  return new BackupError("sealed-without-key", "a drill restores everything, and no key was given", {
    hint: "give the key with --identity FILE or --passphrase",
  });
}
