import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Installation } from "./installation.ts";
import { SCOUT_WORKSPACE } from "./source.ts";

/** One thing as the operating system shows it, read without any code of ocbak. */
interface Thing {
  /** Type and permission bits. */
  readonly mode: number;
  /** "own" when it belongs to the installation's user, else "uid:gid". */
  readonly owner: string;
  /** Digest of a file, target of a link; "database" for a database, whose bytes are SQLite's own affair. */
  readonly content: string;
  /** Of what is in a workspace: the program works in the other folders meanwhile. */
  readonly time: string;
}

/** An installation's state dir and scout's workspace: things by path, relative to the home. */
export type Tree = ReadonlyMap<string, Thing>;

// OpenClaw makes these again or must not find them (openclaw.md §5: classes X, V and R), so ocbak leaves them out.
const LEFT_OUT = [
  /^tmp(\/|$)/,
  /\.sqlite-(wal|shm|journal)$/,
  /\.(lock|generation-lock|generation-writer|reindex-lock)\.sqlite(-journal)?$/,
  /\.sqlite\.(backup|memory-reindex|tmp)-/,
  /^(cache|plugin-skills|media\/playback-transcode)(\/|$)/,
];
const WORKSPACES = [".openclaw/workspace", SCOUT_WORKSPACE];

export async function treeOf(installation: Installation): Promise<Tree> {
  const { home } = installation;
  const paths = await Promise.all([".openclaw", SCOUT_WORKSPACE].map((root) => below(home, root)));
  const things = paths.flat().map(async (path) => [path, await look(installation, path)] as const);
  return new Map(await Promise.all(things));
}

/** What a restore is to make of a tree: without what is left out, the state dir closed to other users. */
export function asRestored(tree: Tree): Tree {
  const kept = [...tree].filter(
    ([path]) => !LEFT_OUT.some((pattern) => pattern.test(path.replace(".openclaw/", ""))),
  );
  return new Map(kept.map(([path, thing]) => [path, inWorkspace(path) ? thing : closed(thing)]));
}

/** The first 20 paths that are not the same in both, with what stands there on each side. */
export function differences(left: Tree, right: Tree): string[] {
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  const lines = paths.map((path) => [path, line(left.get(path)), line(right.get(path))] as const);
  const different = lines.filter(([, one, other]) => one !== other);
  return different.slice(0, 20).map(([path, one, other]) => `${path}: ${one} | ${other}`);
}

/** Paths that do not belong to the installation's own user. */
export function strangers(tree: Tree): string[] {
  return [...tree].filter(([, thing]) => thing.owner !== "own").map(([path]) => path);
}

// Not readdir's own recursion: that one goes through links to folders.
async function below(home: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(home, folder), { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? below(home, path) : [path];
  });
  return [folder, ...(await Promise.all(nested)).flat()];
}

async function look({ home, user }: Installation, path: string): Promise<Thing> {
  const { mode, uid, gid, mtimeMs } = await lstat(join(home, path));
  return {
    mode,
    owner: uid === user.uid && gid === user.gid ? "own" : `${uid}:${gid}`,
    content: await contentOf(join(home, path), home),
    time: inWorkspace(path) ? new Date(mtimeMs).toISOString() : "",
  };
}

/** The config and its copies name the home: in them it counts as `~`, so that a move of it is no difference. */
async function contentOf(path: string, home: string): Promise<string> {
  if (path.endsWith(".sqlite")) return "database";
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return readlink(path);
  if (!stat.isFile()) return "";
  const bytes = await readFile(path);
  const namesHome = path.includes("/.openclaw/openclaw.json");
  return createHash("sha256")
    .update(namesHome ? bytes.toString("latin1").replaceAll(`${home}/`, "~/") : bytes)
    .digest("hex");
}

function closed(thing: Thing): Thing {
  return { ...thing, mode: thing.mode & ~0o077 };
}

function inWorkspace(path: string): boolean {
  return WORKSPACES.some((workspace) => `${path}/`.startsWith(`${workspace}/`));
}

function line(thing: Thing | undefined): string {
  if (thing === undefined) return "nothing";
  return [thing.mode.toString(8), thing.owner, thing.time, thing.content].filter(Boolean).join(" ");
}
