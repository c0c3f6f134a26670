import { checkDatabase } from "../../disk/database-check.ts";
import { databaseUri } from "../../disk/database-file.ts";
import type { RestoreRoot } from "../../disk/plan.ts";
import type { OpenArchive } from "../../format/archive.ts";
import { type EntryPath, bytesBelowRoot, bytesOf, displayPath, rootIdOf } from "../../format/entry-path.ts";
import { linesOf } from "../open.ts";
import type { Check } from "../restore-reports.ts";

const shown = 5;

/** Every database that was captured through SQLite, where it lies now: the full check of each. Writes nothing. */
export async function databasesCheck(entries: OpenArchive, roots: readonly RestoreRoot[]): Promise<Check> {
  const targets = new Map(roots.map(({ id, target }) => [id, bytesOf(target)]));
  const failed: string[] = [];
  let checked = 0;
  for await (const { line } of linesOf(entries)) {
    const target = targets.get(rootIdOf(line.path));
    if (line.status !== "database" || line.type !== "file" || target === undefined) continue;
    checked += 1;
    // Nobody has it open, and what was captured stands alone: no log is to be made beside it.
    const { check, detail = "" } = checkDatabase(
      new URL(`${databaseUri(placeOf(line.path, target))}?immutable=1`),
    );
    if (check === "failed") failed.push(`${displayPath(line.path)}: ${detail}`);
  }
  return {
    name: "databases",
    ok: failed.length === 0,
    detail:
      failed.length === 0
        ? `${checked} pass SQLite's integrity check`
        : `${failed.length} of ${checked} fail SQLite's integrity check: ${failed.slice(0, shown).join("; ")}`,
  };
}

/** As a byte string. */
function placeOf(path: EntryPath, target: string): string {
  const below = path === rootIdOf(path) ? "" : `/${bytesBelowRoot(path).toString("latin1")}`;
  return target + below;
}
