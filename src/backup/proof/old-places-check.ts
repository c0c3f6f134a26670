import type { OpenArchive } from "../../format/archive.ts";
import { findOldPlaces } from "../../openclaw/rewrite/old-places.ts";
import { textFact } from "../archive-metadata.ts";
import type { Check } from "../restore-reports.ts";
import type { RestorePlan } from "../restore-plan.ts";

const shown = 5;

/**
 * Reads what was restored as a whole again and looks for old places where OpenClaw would go by them. No check where no place
 * changed.
 */
export function oldPlacesCheck({ roots }: RestorePlan, { metadata }: OpenArchive): Check[] {
  const trees = roots.roots.flatMap(({ id, target, sourcePath, pieces }) =>
    sourcePath === null || pieces !== undefined ? [] : [{ id, base: target, sourcePath }],
  );
  const isMoved = roots.moves.some(({ from, to }) => from !== to);
  if (trees.length === 0 || !isMoved) return [];
  const configFile = textFact(metadata, "configFile");
  const { files, links, databases, found } = findOldPlaces(trees, { moves: roots.moves, configFile });
  const named = found.slice(0, shown).map(({ file, what }) => `${file}: ${what}`);
  return [
    {
      name: "old places",
      ok: found.length === 0,
      detail:
        found.length === 0
          ? `${files} files, ${links} links and ${databases} databases name none where OpenClaw would go by it`
          : `OpenClaw would go by ${found.length} old places: ${named.join("; ")}`,
    },
  ];
}
