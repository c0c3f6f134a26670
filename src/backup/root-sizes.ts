import type { PlannedEntry, ScanResult } from "../disk/planned.ts";
import { scan } from "../disk/scan.ts";
import { type EntryPath, rootIdOf } from "../format/entry-path.ts";
import { Classifier } from "../openclaw/classes/classifier.ts";
import { type PathClass, pathClasses } from "../openclaw/classes/row.ts";
import type { Root } from "../openclaw/installation.ts";
import { type TakingChoices, takingOf } from "./capture-roots.ts";
import { type LeftOutByRule, LeftOutSums } from "./left-out.ts";
import { MadeAgain, type MadeAgainAmount } from "./made-again.ts";
import { pathText } from "./path-text.ts";

export interface ClassAmount {
  readonly class: PathClass;
  readonly files: number;
  readonly bytes: number;
}

/** How much of something a backup takes, and how much a rule leaves out. */
export interface Amount {
  /** Files, each by every name; folders and links are not counted. */
  readonly files: number;
  /** What they hold; a file with several names counts once. */
  readonly bytes: number;
  readonly unreadable: number;
  /** The same files by what they are, in the order of the classes. */
  readonly classes: readonly ClassAmount[];
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

export interface Measured {
  readonly roots: ReadonlyMap<string, RootAmount>;
  readonly classes: readonly ClassAmount[];
  readonly leftOut: readonly LeftOutByRule[];
  readonly madeAgain: readonly MadeAgainAmount[];
  readonly scan: Pick<ScanResult, "entries" | "findings" | "ignoreTroubles">;
}

/** Walks the roots as a capture does, by the same rules, and adds up. Throws DiskError as {@link scan} does. */
export function measureRoots(all: readonly Root[], choices: TakingChoices): Measured {
  const { roots, captureRoots, rules } = takingOf(all, choices);
  const result = scan(
    captureRoots.map((root) => ({ ...root, sealing: "always" })),
    { ...rules, seal: [], plainBytesMax: 0 },
  );
  const total = new Sum();
  const leftOut = new LeftOutSums();
  const madeAgain = new MadeAgain(roots);
  const sums = new Map(roots.map((root) => [root.id, new RootSum(root)]));
  for (const entry of result.entries) {
    // What a sidecar holds is in the snapshot of its database.
    if (entry.excluded?.rule === "database-sidecar") continue;
    leftOut.add(entry);
    madeAgain.add(entry);
    total.add(entry, sums.get(rootIdOf(entry.path))!.add(entry));
  }
  return {
    roots: new Map(Array.from(sums, ([id, sum]) => [id, sum.amount()])),
    classes: total.amount().classes,
    leftOut: leftOut.list(),
    madeAgain: madeAgain.list(),
    scan: result,
  };
}

/** Of a root and of each folder directly below it. */
class RootSum {
  readonly #id: string;
  readonly #classifier: Classifier;
  readonly #own = new Sum();
  readonly #folders = new Map<string, Sum>();

  constructor(root: Root) {
    this.#id = root.id;
    this.#classifier = new Classifier(root);
  }

  add(entry: PlannedEntry): PathClass {
    const { class: of } = this.#classifier.rowOf(entry.path.slice(this.#id.length + 1));
    this.#own.add(entry, of);
    const name = entry.path.split("/", 2).join("/");
    if (name === this.#id) return of;
    const folder = this.#folders.get(name) ?? new Sum();
    this.#folders.set(name, folder);
    folder.add(entry, of);
    return of;
  }

  amount(): RootAmount {
    const all = Array.from(this.#folders, ([path, sum]) => ({
      ...pathText(path as EntryPath),
      ...sum.amount(),
    }));
    return { ...this.#own.amount(), folders: all.sort((a, b) => weight(b) - weight(a)) };
  }
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
  readonly #classes = new Map<PathClass, { files: number; bytes: number }>();

  add({ type, size, excluded, unreadable, vanished }: PlannedEntry, of: PathClass): void {
    if (excluded !== undefined) {
      this.#entries += excluded.entries + 1;
      this.#leftOutBytes += excluded.bytes;
      this.#rules.add(excluded.rule);
    } else if (unreadable !== undefined) this.#unreadable += 1;
    else if (vanished === undefined && (type === "file" || type === "hardlink")) {
      const sum = this.#classes.get(of) ?? { files: 0, bytes: 0 };
      this.#classes.set(of, { files: sum.files + 1, bytes: sum.bytes + size });
      this.#files += 1;
      this.#bytes += size;
    }
  }

  amount(): Amount {
    return {
      files: this.#files,
      bytes: this.#bytes,
      unreadable: this.#unreadable,
      classes: pathClasses.flatMap((of) => {
        const sum = this.#classes.get(of);
        return sum === undefined ? [] : [{ class: of, ...sum }];
      }),
      leftOut: { entries: this.#entries, bytes: this.#leftOutBytes, rules: [...this.#rules].sort() },
    };
  }
}
