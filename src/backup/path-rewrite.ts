import { join } from "node:path";
import type { PlacedRoot } from "../disk/plan.ts";
import { resolvePath } from "../disk/resolve-path.ts";
import { utimesArgument } from "../disk/times.ts";
import type { StagedRoot } from "../disk/staged-path.ts";
import type { OpenArchive } from "../format/archive.ts";
import type { EntryPath } from "../format/entry-path.ts";
import type { RewriteReport } from "../openclaw/rewrite/findings.ts";
import { InstallationRewrite } from "../openclaw/rewrite/rewrite-installation.ts";
import { textFact } from "./archive-metadata.ts";
import { pathText } from "./path-text.ts";
import type { RestorePlan } from "./restore-plan.ts";

/** The rewrite of what a restore brings, from links on their way to files in staging. */
export interface PathRewrite {
  /** For the staging writer: bytes as latin1. */
  readonly linkTarget: (path: EntryPath, target: string) => string;
  readonly run: (place: (rootId: string) => StagedRoot | null) => Promise<RewriteReport>;
}

export function pathRewrite(
  { roots, placement }: RestorePlan,
  { metadata }: OpenArchive,
  signal: AbortSignal,
): PathRewrite {
  const sources = new Map(roots.roots.map(({ id, sourcePath }) => [id, sourcePath]));
  const configFile = textFact(metadata, "configFile");
  const rewrite = new InstallationRewrite({
    moves: roots.moves,
    configFile,
    timeArgument: utimesArgument,
    realPath,
    signal,
  });
  return {
    linkTarget(path, target) {
      const text = textOfBytes(target);
      if (text === undefined) return target;
      return Buffer.from(rewrite.linkTarget(pathText(path).path, text)).toString("latin1");
    },
    run: (place) => rewrite.run(placement.roots.flatMap((root) => treeOf(root, sources, place(root.id)))),
  };
}

function treeOf({ id }: PlacedRoot, sources: ReadonlyMap<string, string | null>, staged: StagedRoot | null) {
  const sourcePath = sources.get(id) ?? null;
  return staged === null || sourcePath === null ? [] : [{ id, base: staged.base, sourcePath }];
}

function realPath(path: string): string {
  const { existing, missing } = resolvePath(path);
  return join(existing, ...missing);
}

/** Undefined for what is no UTF-8. */
function textOfBytes(bytes: string): string | undefined {
  const text = Buffer.from(bytes, "latin1").toString();
  return Buffer.from(text).toString("latin1") === bytes ? text : undefined;
}
