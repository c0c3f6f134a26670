import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join } from "node:path";

import { sidecarSuffixes } from "./database-family.ts";
import { DiskError } from "./errors.ts";
import { diskError, systemCode } from "./io-error.ts";
import type { PlacedPiece } from "./plan.ts";
import { asidePrefix, foldersOf, isWithin, stagingPrefix, undoPrefix } from "./places.ts";
import { ancestorsOf, resolvePath, type AncestorFacts, type PassedLink } from "./resolve-path.ts";

/** What the machine looks like around one target. */
export interface TargetFacts {
  readonly target: string;
  /** `target` with every link among its existing ancestors resolved (never itself). */
  readonly realTarget: string;
  readonly exists: "no" | "directory" | "file" | "symlink" | "other";
  /** Where an existing link leads, for the hint. */
  readonly linksTo: string | null;
  /** The nearest existing ancestor (real path): staging lies in it. */
  readonly anchor: string;
  readonly anchorIsDirectory: boolean;
  /** False where this process may not make entries in it. */
  readonly anchorWritable: boolean;
  /** What this process may not do in a directory at the target. */
  readonly closed: "no" | "to-writing" | "altogether";
  /** Directories between the anchor and the target that are not there, outermost first. */
  readonly missingParents: readonly string[];
  /** Links passed on the way from `target`'s parent to the anchor. */
  readonly links: readonly PassedLink[];
  /** From `/` to the anchor. */
  readonly ancestors: readonly AncestorFacts[];
  /** Mount points at the target or below it. */
  readonly mounts: readonly string[];
  readonly device: number;
  /** Bytes that an ordinary user may still write there. */
  readonly freeBytes: number;
  /** Names beside the target that an earlier `--replace` left. */
  readonly asides: readonly string[];
  /** Staging directories of earlier restores beside it, and the records of those that can be undone (real paths). */
  readonly leftovers: readonly string[];
  readonly undoRecords: readonly string[];
  /** Which of the paths that are to stay are there. */
  readonly staying: readonly string[];
  /** Those of them that this process may not move into another directory. */
  readonly fixed: readonly string[];
  /** Endings (`-wal` …) of what lies beside it, as beside a database. */
  readonly sidecars: readonly string[];
  /** Of each piece that was asked for, what is in its way. */
  readonly pieces: readonly PlacedPiece[];
}

/** A place to look at, and paths below it that are to stay if they are there. */
export interface TargetQuestion {
  readonly target: string;
  readonly stays?: readonly { readonly path: string }[];
  readonly pieces?: readonly string[];
}

/** Everything the planning of a restore looks at on the disk. Writes nothing. */
export interface DiskFacts {
  readonly targets: ReadonlyMap<string, TargetFacts>;
  /** The owner's home as given and as it really is; empty where unknown. */
  readonly homes: readonly string[];
}

/** Looks at the disk around absolute, normalized `targets`. Throws a DiskError where it may not even look. */
export function inspectTargets(targets: Iterable<TargetQuestion>, home: string | null): DiskFacts {
  const surroundings = { mounts: mountPoints(), namesIn: listedOnce() };
  const facts = new Map<string, TargetFacts>();
  for (const question of targets) {
    try {
      facts.set(question.target, inspectTarget(question, surroundings));
    } catch (error) {
      throw lookingFailed(error, question.target);
    }
  }
  return { targets: facts, homes: home === null ? [] : [home, realPathOf(home)] };
}

function lookingFailed(error: unknown, target: string): DiskError {
  if (systemCode(error) !== "EACCES") return diskError(error, `looking at ${target}`);
  return new DiskError("target-unfit", `the way to ${target} is closed to this user`, {
    cause: error,
    hint: "open it, choose another place, or run it as root: sudo … --owner USER",
  });
}

/** What all targets have in common. */
interface Surroundings {
  readonly mounts: readonly string[];
  readonly namesIn: (directory: string) => readonly string[];
}

function inspectTarget(
  { target, stays = [], pieces = [] }: TargetQuestion,
  { mounts, namesIn }: Surroundings,
): TargetFacts {
  const { existing: anchor, missing, links } = resolvePath(dirname(target));
  const parent = join(anchor, ...missing);
  const realTarget = join(parent, basename(target));
  const anchorStat = lstatSync(anchor);
  const names = missing.length === 0 ? namesIn(anchor) : [];
  const ancestors = ancestorsOf(anchor);
  const closed = closednessOf(realTarget);
  const isThere = (path: string): boolean => lookAt(join(realTarget, path)) !== undefined;
  const staying = closed === "altogether" ? [] : stays.map(({ path }) => path).filter(isThere);
  // Staging lay in what was the nearest folder then: parents that it made may be between.
  const leftIn = (prefix: string): string[] =>
    ancestors.flatMap(({ path }) =>
      namesIn(path)
        .filter((name) => name.startsWith(prefix))
        .map((name) => join(path, name)),
    );
  return {
    target,
    realTarget,
    ...inspectEntry(realTarget),
    anchor,
    anchorIsDirectory: anchorStat.isDirectory(),
    anchorWritable: may(anchor, constants.W_OK | constants.X_OK),
    closed,
    missingParents: missing.map((_, index) => join(anchor, ...missing.slice(0, index + 1))),
    links,
    ancestors,
    mounts: mounts.filter((mount) => isWithin(realTarget, mount)),
    device: anchorStat.dev,
    freeBytes: freeBytesAt(anchor),
    asides: names.filter((name) => name.startsWith(asidePrefix(target))),
    leftovers: leftIn(stagingPrefix(realTarget)),
    undoRecords: leftIn(undoPrefix(realTarget)),
    sidecars: sidecarSuffixes.filter((suffix) => lookAt(realTarget + suffix) !== undefined),
    pieces: closed === "altogether" ? [] : pieces.map((path) => inspectPiece(realTarget, path)),
    staying,
    fixed: staying.filter((path) => isFixed(join(realTarget, path))),
  };
}

function closednessOf(path: string): TargetFacts["closed"] {
  if (lookAt(path)?.isDirectory() !== true) return "no";
  if (!may(path, constants.X_OK)) return "altogether";
  return may(path, constants.W_OK) ? "no" : "to-writing";
}

/** A directory that goes to another one has its `..` written. */
function isFixed(path: string): boolean {
  return lookAt(path)?.isDirectory() === true && !may(path, constants.W_OK);
}

function inspectPiece(target: string, path: string): PlacedPiece {
  const isThere = (relative: string): boolean => lookAt(join(target, relative)) !== undefined;
  const parents = foldersOf(path);
  const beside = ["", ...sidecarSuffixes].map((suffix) => path + suffix);
  return {
    path,
    replaces: beside.filter(isThere),
    missingParents: parents.filter((parent) => !isThere(parent)),
    blockedBy: parents.find((parent) => lookAt(join(target, parent))?.isDirectory() === false) ?? null,
  };
}

function inspectEntry(path: string): Pick<TargetFacts, "exists" | "linksTo"> {
  const stat = lookAt(path);
  if (stat === undefined) return { exists: "no", linksTo: null };
  if (stat.isSymbolicLink()) return { exists: "symlink", linksTo: endOf(path) };
  if (stat.isDirectory()) return { exists: "directory", linksTo: null };
  return { exists: stat.isFile() ? "file" : "other", linksTo: null };
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Below a file, or a link in a circle: the anchor and the link itself say so.
    if (["ENOTDIR", "ELOOP"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

function may(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}

/** Targets lie below the same folders: each is read once. */
function listedOnce(): Surroundings["namesIn"] {
  const listings = new Map<string, readonly string[]>();
  return (directory) => {
    const names = listings.get(directory) ?? listed(directory);
    listings.set(directory, names);
    return names;
  };
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Writable but not readable: promote still refuses to overwrite.
    return [];
  }
}

function freeBytesAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Where a link leads, there or not. */
function endOf(link: string): string {
  const { existing, missing } = resolvePath(link);
  return join(existing, ...missing);
}

/** Mount points of this process by proc(5), `\040` and the like unescaped. Empty where there is no such file. */
function mountPoints(): string[] {
  try {
    const lines = readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
    return lines.map((line) => unescapeMount(line.split(" ")[4] ?? ""));
  } catch {
    return [];
  }
}

function unescapeMount(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
