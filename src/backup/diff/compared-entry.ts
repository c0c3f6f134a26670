import type { EntryPath } from "../../format/entry-path.ts";
import type { DatabaseCopy } from "./database-copy.ts";

/** Why there is nothing to compare at a path that is known. */
export interface Absence {
  /** `left-out`: by a rule, with all below it; `unreadable`: it is there; `gone`: it is not any more. */
  readonly kind: "left-out" | "unreadable" | "gone";
  readonly reason: string;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Byte strings, empty where no name is known. */
  readonly uname: string;
  readonly gname: string;
}

/** A file's content, read only when it has to be. */
export interface Content {
  readonly sizeBytes: number;
  readonly digest: () => Promise<{ readonly sha256: string } | Absence>;
  /** Of a database: makes a copy that stands alone. */
  readonly copy?: (() => Promise<DatabaseCopy | Absence>) | undefined;
  /** True where rows may be in a log beside the file: then equal bytes prove nothing. */
  readonly hasLog?: boolean;
}

/** One entry of one side: of an archive, or of a tree on disk. */
export interface ComparedEntry {
  readonly path: EntryPath;
  /** Further names of a file are files, with `link`. */
  readonly type: "file" | "directory" | "symlink";
  readonly absence?: Absence;
  /** Undefined for links. */
  readonly mode?: number | undefined;
  /** What a restore makes of the mode. */
  readonly restoredMode?: number | undefined;
  readonly owner?: () => Owner | undefined;
  /** Of a symbolic link, as a byte string. */
  readonly target?: string | undefined;
  /** The first name of the file, where this is a further one. */
  readonly link?: EntryPath | undefined;
  readonly content?: Content | undefined;
}

/** One side of a comparison. */
export interface Side {
  /** In archive order: root id, then component by component in byte order, parents first. */
  readonly entries: AsyncIterable<ComparedEntry> | Iterable<ComparedEntry>;
  /** False where a part is sealed and no key was given: what is not among the entries may be there all the same. */
  readonly isWhole: boolean;
  /** Whether what a rule leaves out of this side is a difference where the other side has it. */
  readonly leftOut: "not-compared" | "differs";
}
