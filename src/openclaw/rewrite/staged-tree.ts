import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from "node:fs";
import type { RootKind } from "../installation.ts";
import { kindOfRootId } from "../root-kind.ts";

/** One root of an archive where it is staged. */
export interface StagedTree {
  readonly id: string;
  /** Its place for system calls. */
  readonly base: string;
  /** Where it was. */
  readonly sourcePath: string;
}

/** A file in it. */
export interface StagedFile {
  readonly kind: RootKind | undefined;
  /** For system calls. */
  readonly place: string;
  /** Relative to its root, empty for a root that is a file. */
  readonly below: string;
  /** As reports call it: its path in the archive. */
  readonly file: string;
  /** Where it was. */
  readonly old: string;
}

/** A file, or a link with its place for system calls in bytes: names of links need not be UTF-8. */
type StagedEntry =
  | { readonly file: StagedFile; readonly link: undefined }
  | { readonly file: StagedFile; readonly link: Buffer };

/** Folders full of files of other programs: nothing of OpenClaw's that names places lies in them. */
const passedOver = /^(?:node_modules|objects|cache|Cache|Code Cache|GPUCache|site-packages)$/;

/** The files of all roots, each once; links are neither followed nor told. */
export function* filesOf(trees: readonly StagedTree[]): Generator<StagedFile> {
  for (const { file, link } of entriesOf(trees)) if (link === undefined) yield file;
}

/** The files and the links of all roots, each once; links are not followed. */
export function* entriesOf(trees: readonly StagedTree[]): Generator<StagedEntry> {
  const bases = new Set(trees.map(({ base }) => base));
  for (const tree of trees) {
    const names = namesIn(tree.base);
    if (names !== undefined)
      yield* entriesIn({ tree, bases }, { below: "", bytes: Buffer.from(tree.base) }, names);
    else if (existsSync(tree.base)) yield { file: fileIn(tree, ""), link: undefined };
  }
}

function fileIn({ id, base, sourcePath }: StagedTree, below: string): StagedFile {
  const at = (root: string): string => (below === "" ? root : `${root}/${below}`);
  return { kind: kindOfRootId(id), place: at(base), below, file: at(id), old: at(sourcePath) };
}

interface Walk {
  readonly tree: StagedTree;
  /** Of roots inside this one: they are walked as what they are. */
  readonly bases: ReadonlySet<string>;
}

interface Folder {
  /** Relative to its root; not its name where that is no UTF-8. */
  readonly below: string;
  /** Its place for system calls. */
  readonly bytes: Buffer;
  /** A name on the way is no UTF-8: no file of OpenClaw's lies there, but links may. */
  readonly isOdd?: boolean;
}

function* entriesIn(walk: Walk, folder: Folder, entries: Entries): Generator<StagedEntry> {
  for (const entry of entries) {
    const name = entry.name.toString("utf8");
    const isOdd = folder.isOdd === true || !Buffer.from(name).equals(entry.name);
    const below = folder.below === "" ? name : `${folder.below}/${name}`;
    const bytes = Buffer.concat([folder.bytes, Buffer.from("/"), entry.name]);
    if (!isOdd && walk.bases.has(`${walk.tree.base}/${below}`)) continue;
    if (entry.isSymbolicLink()) yield { file: fileIn(walk.tree, below), link: bytes };
    else if (entry.isFile() && !isOdd) yield { file: fileIn(walk.tree, below), link: undefined };
    else if (entry.isDirectory() && !passedOver.test(name))
      yield* entriesIn(walk, { below, bytes, isOdd }, namesIn(bytes) ?? []);
  }
}

type Entries = NonNullable<ReturnType<typeof namesIn>>;

/** Undefined for what is no directory, or cannot be listed. */
function namesIn(directory: string | Buffer) {
  try {
    return readdirSync(directory, { withFileTypes: true, encoding: "buffer" }).sort((a, b) =>
      Buffer.compare(a.name, b.name),
    );
  } catch {
    return undefined;
  }
}

/** Where a file that lay at `old` is staged; undefined where none is. */
export function stagedPlace(old: string, trees: readonly StagedTree[]): StagedFile | undefined {
  const holders = trees.filter(({ sourcePath }) => old === sourcePath || old.startsWith(`${sourcePath}/`));
  const tree = holders.toSorted((a, b) => b.sourcePath.length - a.sourcePath.length)[0];
  if (tree === undefined) return undefined;
  const file = fileIn(tree, old.slice(tree.sourcePath.length + 1));
  return lstatSync(file.place, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}

/** As an argument for `utimes`: nanoseconds as decimals. */
export type TimeArgument = (nanoseconds: string) => string;

/** The text of a file; undefined where it is no UTF-8, or larger than `maxBytes`. */
export function readText(file: string, maxBytes: number): string | undefined {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(fd);
    if (size > maxBytes) return undefined;
    const bytes = Buffer.alloc(size);
    const text = bytes.subarray(0, readSync(fd, bytes, 0, size, 0)).toString("utf8");
    return Buffer.from(text).equals(bytes) ? text : undefined;
  } finally {
    closeSync(fd);
  }
}

/**
 * Calls `write` with a file opened for writing and gives it its time back. It stays the same file, with owner, mode and further
 * names; nobody else sees it half-written, as it is staged.
 */
export function inPlace(file: string, timeArgument: TimeArgument, write: (fd: number) => void): void {
  const fd = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const { mtimeNs } = fstatSync(fd, { bigint: true });
    write(fd);
    const time = timeArgument(String(mtimeNs));
    futimesSync(fd, time, time);
  } finally {
    closeSync(fd);
  }
}

export function writeAt(fd: number, bytes: Uint8Array, position: number): void {
  for (let offset = 0; offset < bytes.length;)
    offset += writeSync(fd, bytes, offset, bytes.length - offset, position + offset);
}
