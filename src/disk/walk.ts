import { lstatSync, type BigIntStats } from "node:fs";
import { rootPath, type EntryPath } from "../format/entry-path.ts";
import type { EntryType } from "../format/entry.ts";
import { leftOutByName } from "./built-in-exclusions.ts";
import { draft, type Facts, type Found } from "./draft.ts";
import type { RuleMatcher } from "./glob.ts";
import { listNames, realPlace, rootStats, unfitness } from "./listing.ts";
import { isDatabase } from "./magic.ts";
import type { CaptureRoot, LeftOut, ScanFinding, ScanRules } from "./planned.ts";
import { RootRules, userRules, type UserRules } from "./root-rules.ts";
import { absenceOf, inodeKey, kindOf } from "./stat.ts";
import { measure, type Measure } from "./subtree.ts";

interface Folder {
  readonly found: Found;
  /** Path below the root as a byte string, "" for the root. */
  readonly relative: string;
  readonly names: readonly string[];
  next: number;
  readonly excludedBy: string | undefined;
  readonly included: boolean;
}

/** What is known of a place before anything is decided: where it lies and what rules its folder passes on. */
interface Place {
  readonly path: EntryPath;
  readonly relative: string;
  readonly source: string;
  readonly parent: Found | undefined;
  readonly excludedBy?: string | undefined;
  readonly included: boolean;
  /** Why it is sealed whatever it holds. */
  readonly sealedBy: string | undefined;
}

interface Exclusion {
  readonly rule: string;
  readonly counted?: Measure;
}

/** Below this an SQLite database cannot be: its header alone has 100 bytes. */
const databaseBytesMin = 100n;

/** Lists every entry of the roots in archive order. Nothing found on the way is thrown; a missing root is. */
export class Walk {
  readonly found: Found[] = [];
  readonly findings: ScanFinding[] = [];
  /** Inodes of left-out names that are sealed: their other names are sealed with them. */
  readonly sealedInodes: Set<string> = new Set();
  readonly #rules: ScanRules;
  readonly #user: UserRules;
  readonly #rootPlaces = new Map<string, string>();
  readonly #skip: ReadonlySet<string>;
  readonly #onEntry: (count: number) => void;
  #root!: RootRules;
  #rootDev = 0n;

  constructor(rules: ScanRules, onEntry: (count: number) => void) {
    this.#rules = rules;
    this.#onEntry = onEntry;
    this.#user = userRules(rules);
    this.#skip = new Set((rules.skip ?? []).map(inodeKey));
  }

  walk(roots: readonly CaptureRoot[]): void {
    const ordered = [...roots].sort((a, b) => (a.id < b.id ? -1 : 1));
    const places = ordered.map((root) => realPlace(root));
    for (const [index, root] of ordered.entries()) this.#rootPlaces.set(places[index]!, root.id);
    for (const [index, root] of ordered.entries()) this.#walkRoot(root, places[index]!);
  }

  #walkRoot(root: CaptureRoot, source: string): void {
    this.#root = new RootRules(root, this.#rules);
    const stats = rootStats(root, source);
    this.#rootDev = stats.dev;
    const place: Place = {
      path: rootPath(root.id),
      relative: "",
      source,
      parent: undefined,
      included: false,
      sealedBy: this.#root.sealedBy(stats.isFile() ? basename(source) : "", undefined),
    };
    const first = this.#take(place, stats);
    const stack: Folder[] = first === undefined ? [] : [first];
    for (let folder = stack.at(-1); folder !== undefined; folder = stack.at(-1)) {
      const name = folder.names[folder.next++];
      if (name === undefined) stack.pop();
      else {
        const child = this.#visit(folder, name);
        if (child !== undefined) stack.push(child);
      }
    }
  }

  #visit(folder: Folder, name: string): Folder | undefined {
    const parent = folder.found;
    const source = `${parent.entry.source === "/" ? "" : parent.entry.source}/${name}`;
    if (this.#rootPlaces.has(source)) return undefined;
    const path = `${parent.entry.path}/${name}`;
    const unfit = unfitness(path, name);
    if (unfit !== undefined) {
      this.findings.push({ path, kind: "unfit-name", reason: unfit });
      return undefined;
    }
    const relative = folder.relative === "" ? name : `${folder.relative}/${name}`;
    const place: Place = {
      path: path as EntryPath,
      relative,
      source,
      parent,
      excludedBy: folder.excludedBy,
      included: folder.included,
      sealedBy: this.#root.sealedBy(relative, parent.entry.sealedBy),
    };
    const stats = this.#look(place);
    return stats === undefined ? undefined : this.#take(place, stats);
  }

  #look(place: Place): BigIntStats | undefined {
    try {
      const stats = lstatSync(Buffer.from(place.source, "latin1"), { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) this.#add(place, "file", { vanished: "ENOENT" });
      return stats;
    } catch (error) {
      this.#add(place, "file", absenceOf(error));
      return undefined;
    }
  }

  /** Adds what lies at `place`; returns the folder to descend into. */
  #take(place: Place, stats: BigIntStats): Folder | undefined {
    const kind = kindOf(stats);
    const included = this.#isIncluded(place);
    const exclusion = this.#exclusionOf({ ...place, included }, stats);
    if (exclusion !== undefined && exclusion.counted?.holdsWanted !== true) {
      this.#leaveOut(place, stats, exclusion);
      return undefined;
    }
    if (kind === "directory") return this.#open({ ...place, included, excludedBy: exclusion?.rule }, stats);
    if (kind === "symlink") this.#add(place, "symlink", { stats });
    else this.#addFile(place, stats);
    return undefined;
  }

  #isIncluded(place: Place): boolean {
    return place.included || this.#user.include?.(place.path) !== undefined;
  }

  #exclusionOf(place: Place, stats: BigIntStats): Exclusion | undefined {
    const builtIn = this.#builtInExclusion(place, stats);
    if (builtIn !== undefined) return { rule: builtIn };
    const user = this.#user.exclude(place.path);
    const rule =
      user ?? (place.included ? undefined : (place.excludedBy ?? this.#root.excludedBy(place.relative)));
    if (rule === undefined) return undefined;
    if (kindOf(stats) !== "directory") return { rule };
    const wanted = user === undefined ? this.#user.include : undefined;
    return { rule, counted: this.#measure(place, wanted) };
  }

  #builtInExclusion(place: Place, stats: BigIntStats): string | undefined {
    const kind = kindOf(stats);
    if (kind === "directory") return stats.dev === this.#rootDev ? undefined : "other-file-system";
    if (kind === "symlink") return undefined;
    if (kind !== "file") {
      this.findings.push({ path: place.path, kind, reason: `a ${kind} has no content to keep` });
      return "special-file";
    }
    if (this.#skip.has(inodeKey(stats))) return "ocbak-archive";
    return leftOutByName(place.source);
  }

  #measure(place: Place, wanted: RuleMatcher | undefined): Measure {
    return measure(place, {
      covered: this.#rootPlaces,
      dev: this.#rootDev,
      wanted,
      onLinked: (inode, relative) => {
        if (this.#root.isSealedDeep(relative)) this.sealedInodes.add(inode);
      },
    });
  }

  #leaveOut(place: Place, stats: BigIntStats, exclusion: Exclusion): void {
    const kind = kindOf(stats);
    const isFile = kind === "file";
    if (isFile && place.sealedBy !== undefined) this.sealedInodes.add(inodeKey(stats));
    const excluded: LeftOut = {
      rule: exclusion.rule,
      entries: exclusion.counted?.entries ?? 0,
      bytes: exclusion.counted?.bytes ?? (isFile ? Number(stats.size) : 0),
    };
    this.#add(place, kind === "directory" || kind === "symlink" ? kind : "file", { stats, excluded });
  }

  #open(place: Place, stats: BigIntStats): Folder {
    const { names, trouble } = listNames(place.source);
    const found = this.#add(place, "directory", { stats, ...trouble });
    return {
      found,
      relative: place.relative,
      names,
      next: 0,
      excludedBy: place.excludedBy,
      included: place.included,
    };
  }

  #addFile(place: Place, stats: BigIntStats): void {
    const sealedBy = place.sealedBy ?? (stats.size > this.#rules.plainBytesMax ? "too-large" : undefined);
    try {
      const mustOpen = sealedBy === undefined || stats.size >= databaseBytesMin;
      if (mustOpen && isDatabase(place.source)) this.#add(place, "file", { stats, sealedBy, database: true });
      else this.#add(place, "file", { stats, sealedBy });
    } catch (error) {
      this.#add(place, "file", { stats, ...absenceOf(error) });
    }
  }

  #add(place: Place, type: EntryType, facts: Omit<Facts, "path" | "source" | "parent" | "type">): Found {
    const { path, source, parent } = place;
    const sealedBy = facts.sealedBy ?? place.sealedBy;
    const found = draft({ ...facts, path, source, parent, type, sealedBy });
    this.#onEntry(this.found.push(found));
    return found;
  }
}

function basename(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}
