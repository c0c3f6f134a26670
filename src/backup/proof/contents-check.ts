import type { RestoreRoot } from "../../disk/plan.ts";
import type { OpenArchive } from "../../format/archive.ts";
import type { Context } from "../context.ts";
import { compareWithTree } from "../diff/compare-with.ts";
import type { Check } from "../restore-reports.ts";

const shown = 5;

/**
 * Reads everything back from where it was restored to and compares it with the archive: content, modes, links, databases by
 * what they hold. `changed`: entry paths that the restore itself changed or left out, which are no fault.
 */
export async function contentsCheck(
  { entries, roots }: { readonly entries: OpenArchive; readonly roots: readonly RestoreRoot[] },
  changed: ReadonlySet<string>,
  context: Context,
): Promise<Check> {
  const { differences, roots: counts } = await compareWithTree(entries, roots, {}, context);
  const wrong = differences.filter(({ path }) => !changed.has(path));
  const same = counts.reduce((sum, root) => sum + root.same, 0);
  const named = wrong.slice(0, shown).map(({ kind, path }) => `${path} ${kind}`);
  return {
    name: "contents",
    ok: wrong.length === 0,
    detail:
      wrong.length === 0
        ? `${same} entries read back as they are in the archive`
        : `${wrong.length} entries are not as in the archive: ${named.join(", ")}`,
  };
}
