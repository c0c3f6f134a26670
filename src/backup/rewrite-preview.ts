import type { OpenArchive } from "../format/archive.ts";
import { isStored } from "../format/entry.ts";
import { rootIdOf } from "../format/entry-path.ts";
import { formOf } from "../openclaw/rewrite/file-rules.ts";
import { pathMapper } from "../openclaw/rewrite/path-mapper.ts";
import { kindOfRootId } from "../openclaw/root-kind.ts";
import { linesOf } from "./open.ts";
import { pathText } from "./path-text.ts";
import type { RestoreReport } from "./restore-reports.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** What a rewrite would go through, as far as the indexes tell; null where no place changes. */
export async function rewritePreview(
  { roots, facts }: RestorePlan,
  entries: OpenArchive,
): Promise<RestoreReport["toRewrite"]> {
  const mapper = pathMapper(roots.moves);
  if (mapper.moves.length === 0) return null;
  const own = new Set((facts?.databases ?? []).map(({ path }) => path));
  const files: string[] = [];
  const databases: string[] = [];
  let links = 0;
  for await (const { line } of linesOf(entries)) {
    if (!isStored(line) || roots.selection?.includes(line.path) === false) continue;
    const { path } = pathText(line.path);
    if (line.type === "symlink" && mapper.map(Buffer.from(line.target, "latin1").toString()) !== undefined)
      links += 1;
    if (line.type !== "file") continue;
    const id = rootIdOf(line.path);
    if (own.has(path)) databases.push(path);
    else if (formOf(kindOfRootId(id), path.slice(id.length + 1)) !== undefined) files.push(path);
  }
  return { moves: shortest(mapper.moves), files, databases, links };
}

type Moves = NonNullable<RestoreReport["toRewrite"]>["moves"];

/** Without those that another one of them brings about. */
function shortest(moves: Moves): Moves {
  const distinct = moves.filter(({ from }, n) => moves.findIndex((other) => other.from === from) === n);
  return distinct.filter((move) => {
    const others = distinct.filter((other) => other !== move && other.from.length < move.from.length);
    return pathMapper(others).moved(move.from) !== move.to;
  });
}
