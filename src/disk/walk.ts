import { lstatSync, type BigIntStats } from "node:fs";
import { rootPath, type EntryPath } from "../format/entry-path.ts";
import type { EntryType } from "../format/entry.ts";
import { holdsPrivacyMarker } from "./built-in-exclusions.ts";
import { draft, type Facts, type Found } from "./draft.ts";
import {
  type Candidate,
  Exclusions,
  type ExclusionSetting,
  nothingPassed,
  type Passed,
} from "./exclusions.ts";
import type { RuleMatcher } from "./glob.ts";
import { IgnoreChain } from "./ignore-chain.ts";
import { type IgnoreFile, ignoreFileName, misreadReason, readIgnoreFile } from "./ignore-file.ts";
import { foldersAround, listNames, realPlace, rootStats, unfitness } from "./listing.ts";
import { filesWithSidecar, isDatabase, looksLikeDatabase } from "./magic.ts";
import type { CaptureRoot, IgnoreTrouble, LeftOut, ScanFinding, ScanRules } from "./planned.ts";
import { RootRules, userRules } from "./root-rules.ts";
import { absenceOf, inodeKey, kindOf } from "./stat.ts";
import { measure, type Measure } from "./subtree.ts";

interface Folder {
  readonly found: Found;
  /** Path below the root as a byte string, "" for the root. */
  readonly relative: string;
  readonly names: readonly string[];
  /** Of its files those that have one beside them which SQLite keeps for a database. */
  readonly withSidecar: ReadonlySet<string>;
  next: number;
  readonly passed: Passed;
  readonly ignores: IgnoreChain;
  readonly inode: string;
}

/** What is known of a place before anything is decided: where it lies and what rules its folder passes on. */
interface Place extends Candidate {
  readonly parent: Found | undefined;
  /** Why it is sealed whatever it holds. */
  readonly sealedBy: string | undefined;
  readonly hasSidecar?: boolean;
}

interface LeavingOut {
  readonly rule: string;
  readonly measured: Measure | undefined;
}

/** Places that are looked at in one step: what takes some milliseconds. */
const stepPlaces = 256;

/** Lists every entry of the roots in archive order. Nothing found on the way is thrown; a missing root is. */
export class Walk {
  readonly found: Found[] = [];
  readonly findings: ScanFinding[] = [];
  /** Inodes of left-out names that are sealed: their other names are sealed with them. */
  readonly sealedInodes: Set<string> = new Set();
  readonly ignoreTroubles: IgnoreTrouble[] = [];
  readonly #rules: ScanRules;
  readonly #setting: Omit<ExclusionSetting, "dev">;
  readonly #rootPlaces = new Map<string, string>();
  #root!: RootRules;
  #exclusions!: Exclusions;
  /** The file system to stay on, if it is to be one. */
  #dev: bigint | undefined;
  /** The folders around the place that is looked at. */
  #around = new Set<string>();

  constructor(rules: ScanRules) {
    this.#rules = rules;
    this.#setting = { user: userRules(rules), skip: new Set((rules.skip ?? []).map(inodeKey)) };
  }

  /** Step by step: `found` grows from one to the next. */
  *walk(roots: readonly CaptureRoot[]): Generator<void> {
    const ordered = [...roots].sort((a, b) => (a.id < b.id ? -1 : 1));
    const places = ordered.map((root) => realPlace(root));
    for (const [index, root] of ordered.entries()) this.#rootPlaces.set(places[index]!, root.id);
    for (const [index, root] of ordered.entries()) yield* this.#walkRoot(root, places[index]!);
  }

  *#walkRoot(root: CaptureRoot, source: string): Generator<void> {
    this.#root = new RootRules(root, this.#rules);
    const stats = rootStats(root, source);
    this.#dev = this.#rules.oneFileSystem === true ? stats.dev : undefined;
    this.#exclusions = new Exclusions(this.#root, { ...this.#setting, dev: this.#dev });
    this.#around = foldersAround(source);
    // A root that is one of them, mounted, is walked all the same: it was asked for.
    this.#around.delete(inodeKey(stats));
    const place: Place = {
      path: rootPath(root.id),
      relative: "",
      source,
      parent: undefined,
      passed: nothingPassed,
      ignores: IgnoreChain.none,
      sealedBy: this.#root.sealedBy(stats.isFile() ? basename(source) : "", undefined),
    };
    const first = this.#take(place, stats);
    if (first !== undefined) yield* this.#descend(first);
  }

  *#descend(first: Folder): Generator<void> {
    const stack = [first];
    this.#around.add(first.inode);
    let places = 0;
    for (let folder = stack.at(-1); folder !== undefined; folder = stack.at(-1)) {
      if (++places % stepPlaces === 0) yield;
      const name = folder.names[folder.next++];
      const child = name === undefined ? undefined : this.#visit(folder, name);
      if (child !== undefined) {
        stack.push(child);
        this.#around.add(child.inode);
      } else if (name === undefined) {
        stack.pop();
        this.#around.delete(folder.inode);
      }
    }
  }

  #visit(folder: Folder, name: string): Folder | undefined {
    const parent = folder.found;
    // Joined, not concatenated: that would keep what it was made of beside the text, for every entry.
    const source = [parent.entry.source === "/" ? "" : parent.entry.source, name].join("/");
    if (this.#rootPlaces.has(source)) return undefined;
    const path = [parent.entry.path, name].join("/");
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
      passed: folder.passed,
      ignores: folder.ignores,
      sealedBy: this.#root.sealedBy(relative, parent.entry.sealedBy),
      hasSidecar: folder.withSidecar.has(name),
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
    const decision = this.#exclusions.decide(place, stats, this.#around);
    const { excludedBy: rule, isCounted = false, wanted } = decision;
    if (rule !== undefined) {
      const isDirectory = kind === "directory";
      const measured = isDirectory && isCounted ? this.#measure(place, wanted) : undefined;
      if (measured?.holdsWanted !== true) return this.#leaveOut(place, stats, { rule, measured });
    }
    if (kind === "directory") return this.#open({ ...place, passed: decision }, stats);
    if (kind === "symlink") this.#add(place, "symlink", { stats });
    else this.#addFile(place, stats);
    return undefined;
  }

  #measure(place: Place, wanted: RuleMatcher | undefined): Measure {
    return measure(place, {
      covered: this.#rootPlaces,
      dev: this.#dev,
      wanted,
      onLinked: (inode, relative) => {
        if (this.#root.isSealedDeep(relative)) this.sealedInodes.add(inode);
      },
    });
  }

  #leaveOut(place: Place, stats: BigIntStats, { rule, measured }: LeavingOut): undefined {
    const kind = kindOf(stats);
    const isFile = kind === "file";
    if (kind !== "directory" && kind !== "symlink" && !isFile)
      this.findings.push({ path: place.path, kind, reason: `a ${kind} has no content to keep` });
    if (isFile && place.sealedBy !== undefined) this.sealedInodes.add(inodeKey(stats));
    const excluded: LeftOut = {
      rule,
      entries: measured?.entries ?? 0,
      bytes: measured?.bytes ?? (isFile ? Number(stats.size) : 0),
    };
    this.#add(place, kind === "directory" || kind === "symlink" ? kind : "file", { stats, excluded });
  }

  #open(place: Place, stats: BigIntStats): Folder | undefined {
    const { names, trouble } = listNames(place.source);
    if (holdsPrivacyMarker(names)) {
      const measured = this.#measure(place, undefined);
      return this.#leaveOut(place, stats, { rule: "update-capture", measured });
    }
    const { relative, passed } = place;
    const ignores = place.ignores.in(relative, this.#ignoreFile(place, names));
    const found = this.#add(place, "directory", { stats, ...trouble });
    const withSidecar = filesWithSidecar(names);
    return { found, relative, names, withSidecar, next: 0, passed, ignores, inode: inodeKey(stats) };
  }

  #ignoreFile({ passed, source, path }: Place, names: readonly string[]): IgnoreFile | undefined {
    if (passed.included || passed.excludedBy !== undefined || !names.includes(ignoreFileName))
      return undefined;
    const file = readIgnoreFile(source);
    const at = `${path}/${ignoreFileName}` as EntryPath;
    if (typeof file === "string") this.ignoreTroubles.push({ path: at, reason: file });
    else for (const line of file.refused) this.ignoreTroubles.push({ path: at, line, reason: misreadReason });
    return typeof file === "string" ? undefined : file;
  }

  #addFile(place: Place, stats: BigIntStats): void {
    const sealedBy = place.sealedBy ?? (stats.size > this.#rules.plainBytesMax ? "too-large" : undefined);
    try {
      const mayBeDatabase = looksLikeDatabase(place.source, stats.size, place.hasSidecar === true);
      const isOne = mayBeDatabase && isDatabase(place.source);
      this.#add(place, "file", { stats, sealedBy, ...(isOne && { database: true }) });
    } catch (error) {
      this.#add(place, "file", { stats, ...absenceOf(error) });
    }
  }

  #add(place: Place, type: EntryType, facts: Omit<Facts, "path" | "source" | "parent" | "type">): Found {
    const { path, source, parent } = place;
    const sealedBy = facts.sealedBy ?? place.sealedBy;
    const found = draft({ ...facts, path, source, parent, type, sealedBy });
    this.found.push(found);
    return found;
  }
}

function basename(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}
