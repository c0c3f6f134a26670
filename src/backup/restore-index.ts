import type { RestoreRoot, Stay } from "../disk/plan.ts";
import { DiskError } from "../disk/errors.ts";
import { foldersOf } from "../disk/places.ts";
import type { OpenArchive } from "../format/archive.ts";
import { displayPath, type EntryPath, parentOf, rootIdOf, textOf } from "../format/entry-path.ts";
import { isStored } from "../format/entry.ts";
import { linesOf } from "./open.ts";
import { Pieces, type Selection } from "./selection.ts";

type RootSize = Pick<RestoreRoot, "type" | "pieces"> & { readonly bytes: number };

export interface IndexFacts {
  /** Of each root of which something is to be restored: what it is, how much, and of which pieces. */
  readonly roots: ReadonlyMap<string, RootSize>;
  /** Those of the asked entry paths that are stored and selected. */
  readonly present: ReadonlySet<string>;
  /** How much it is together. */
  readonly totals: { readonly entries: number; readonly bytes: number };
}

/** What the indexes say of what is to be restored: everything, or what `selection` includes. One pass. */
export async function indexFacts(
  entries: OpenArchive,
  { asked, selection }: { readonly asked: readonly string[]; readonly selection: Selection | undefined },
): Promise<IndexFacts> {
  const wanted = new Set(asked);
  const sizes = new Map<string, Omit<RootSize, "pieces">>();
  const present = new Set<string>();
  const pieces = new Pieces();
  const totals = { entries: 0, bytes: 0 };
  for await (const { line } of linesOf(entries)) {
    if (!isStored(line) || selection?.includes(line.path) === false) continue;
    if (wanted.has(line.path)) present.add(line.path);
    if (selection !== undefined) pieces.add(line.path);
    const id = rootIdOf(line.path);
    const known = sizes.get(id) ?? { type: "directory", bytes: 0 };
    const isFile = parentOf(line.path) === undefined && line.type !== "directory";
    const bytes = line.type === "file" ? line.size : 0;
    sizes.set(id, { type: isFile ? "file" : known.type, bytes: known.bytes + bytes });
    totals.entries += 1;
    totals.bytes += bytes;
  }
  const roots = Array.from(sizes, ([id, size]): [string, RootSize] => {
    const parts = selection === undefined ? undefined : pieces.of(id);
    return [id, parts === undefined ? size : { ...size, pieces: parts.map(relativeText) }];
  });
  return { roots: new Map(roots), present, totals };
}

function relativeText(path: EntryPath): string {
  const text = textOf(path);
  if (text !== undefined) return text.slice(text.indexOf("/") + 1);
  throw new DiskError(
    "target-unfit",
    `${displayPath(path)} has a name that is no UTF-8, and cannot be put in place alone`,
    {
      hint: "select the folder it lies in, or take it with `ocbak extract`",
    },
  );
}

/** Which of these paths in a root the archive does not have: of a folder and what is in it, the folder. */
export function staysOf(root: string, paths: readonly string[], present: ReadonlySet<string>): Stay[] {
  const isAbsent = (path: string): boolean => !present.has(`${root}/${path}`);
  const absent = [...new Set(paths)].filter(isAbsent);
  const tops = absent.filter((path) => !absent.some((other) => path.startsWith(`${other}/`)));
  return tops.map((path) => ({ path, parents: foldersOf(path).filter(isAbsent) }));
}
