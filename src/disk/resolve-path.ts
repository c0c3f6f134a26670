import { lstatSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

import { DiskError } from "./errors.ts";
import { systemCode } from "./io-error.ts";

/** A symbolic link that a path leads through. */
export interface PassedLink {
  readonly path: string;
  readonly uid: number;
  /** The directory it lies in: who may write there decides where the link leads. */
  readonly directory: AncestorFacts;
}

export interface AncestorFacts {
  /** Real path. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  /** With setuid, setgid and sticky bits. */
  readonly mode: number;
}

export interface ResolvedPath {
  /** The real path of what exists of it. */
  readonly existing: string;
  /** Names below it that are not there. */
  readonly missing: readonly string[];
  readonly links: readonly PassedLink[];
}

const linksMax = 40;

/**
 * Resolves an absolute path link by link, as far as it exists, and tells the links on the way: `realpath` would hide
 * whose they are.
 */
export function resolvePath(path: string): ResolvedPath {
  const links: PassedLink[] = [];
  let current = "/";
  let rest = componentsOf(path);
  while (rest.length > 0) {
    const [name = "", ...after] = rest;
    const step = lookAt(join(current, name));
    if (step === "missing") return { existing: current, missing: rest, links };
    if (typeof step === "object") {
      links.push({ ...step, directory: ancestorFacts(current) });
      if (links.length > linksMax) throw leadsNowhere(path);
      const target = readlinkSync(step.path);
      if (target.startsWith("/")) current = "/";
      rest = [...componentsOf(target), ...after];
    } else {
      current = join(current, name);
      rest = after;
    }
  }
  return { existing: current, missing: [], links };
}

function componentsOf(path: string): string[] {
  return path.split("/").filter((component) => component !== "" && component !== ".");
}

function lookAt(path: string): "missing" | "there" | { path: string; uid: number } {
  try {
    const stat = lstatSync(path);
    return stat.isSymbolicLink() ? { path, uid: stat.uid } : "there";
  } catch (error) {
    // ENOTDIR: a file stands where a directory is needed; it is the last that exists
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return "missing";
    throw error;
  }
}

function leadsNowhere(path: string): DiskError {
  return new DiskError("target-unfit", `${path} leads through links in a circle`, {
    hint: "remove the link, or choose another place with --home, --state-dir or --workspace",
  });
}

/** From `/` down to a real path. */
export function ancestorsOf(directory: string): AncestorFacts[] {
  const own = ancestorFacts(directory);
  return directory === "/" ? [own] : [...ancestorsOf(dirname(directory)), own];
}

function ancestorFacts(path: string): AncestorFacts {
  const { uid, gid, mode } = lstatSync(path);
  return { path, uid, gid, mode: mode & 0o7777 };
}
