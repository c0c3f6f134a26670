import type { PlannedEntry } from "../disk/planned.ts";
import { scan } from "../disk/scan.ts";
import { type EntryPath, rootIdOf } from "../format/entry-path.ts";
import type { Root } from "../openclaw/installation.ts";
import { exclusionRulesOf } from "../openclaw/rules.ts";
import { pathText } from "./path-text.ts";

/** How much of something a backup takes, and how much a rule leaves out. */
export interface Amount {
  /** Files, each by every name; folders and links are not counted. */
  readonly files: number;
  /** What they hold; a file with several names counts once. */
  readonly bytes: number;
  readonly unreadable: number;
  readonly leftOut: { readonly entries: number; readonly bytes: number; readonly rules: readonly string[] };
}

/** A folder directly below a root, or one file there. */
export interface FolderAmount extends Amount {
  readonly path: string;
  readonly pathHex?: string;
}

export interface RootAmount extends Amount {
  /** Those that hold most, first. */
  readonly folders: readonly FolderAmount[];
}

/** Walks the roots as a capture does, by the same rules, and adds up. Throws DiskError as {@link scan} does. */
export function measureRoots(roots: readonly Root[]): Map<string, RootAmount> {
  const { entries } = scan(
    roots.map((root) => ({
      id: root.id,
      path: root.path,
      sealing: "always",
      exclude: exclusionRulesOf(root),
    })),
    { seal: [], plainBytesMax: 0 },
  );
  const sums = new Map<string, { own: Sum; folders: Map<string, Sum> }>();
  for (const entry of entries) {
    const id = rootIdOf(entry.path);
    const root = sums.get(id) ?? { own: new Sum(), folders: new Map<string, Sum>() };
    sums.set(id, root);
    root.own.add(entry);
    const name = entry.path.split("/", 2).join("/");
    if (name === id) continue;
    const folder = root.folders.get(name) ?? new Sum();
    root.folders.set(name, folder);
    folder.add(entry);
  }
  return new Map(Array.from(sums, ([id, { own, folders }]) => [id, rootAmount(own, folders)]));
}

function rootAmount(own: Sum, folders: ReadonlyMap<string, Sum>): RootAmount {
  const all = Array.from(folders, ([path, sum]) => ({ ...pathText(path as EntryPath), ...sum.amount() }));
  return { ...own.amount(), folders: all.sort((a, b) => weight(b) - weight(a)) };
}

function weight({ bytes, leftOut }: FolderAmount): number {
  return bytes + leftOut.bytes;
}

class Sum {
  #files = 0;
  #bytes = 0;
  #unreadable = 0;
  #entries = 0;
  #leftOutBytes = 0;
  readonly #rules = new Set<string>();

  add({ type, size, excluded, unreadable, vanished }: PlannedEntry): void {
    // What a sidecar holds is in the snapshot of its database.
    if (excluded?.rule === "database-sidecar") return;
    if (excluded !== undefined) {
      this.#entries += excluded.entries + 1;
      this.#leftOutBytes += excluded.bytes;
      this.#rules.add(excluded.rule);
    } else if (unreadable !== undefined) this.#unreadable += 1;
    else if (vanished === undefined && (type === "file" || type === "hardlink")) {
      this.#files += 1;
      this.#bytes += size;
    }
  }

  amount(): Amount {
    return {
      files: this.#files,
      bytes: this.#bytes,
      unreadable: this.#unreadable,
      leftOut: { entries: this.#entries, bytes: this.#leftOutBytes, rules: [...this.#rules].sort() },
    };
  }
}
