import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type BigIntStats } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** Paths are byte strings (latin1), one line of facts each. */
export type Described = Record<string, string>;

export interface WalkChoices {
  /** Left out with all below it: what a backup does not take. */
  readonly skip?: RegExp;
  /** Where group and others are to be ignored: a restore takes their rights away there. */
  readonly isPrivate?: (path: string) => boolean;
}

const magic = "SQLite format 3\0";
const mebibyte = 1024 * 1024;

/**
 * A tree as facts, looked at with readdir and lstat only: type, mode, time to the microsecond, content, link targets, names
 * of one inode, holes; databases by their rows, since a snapshot is another file. Knows nothing of ocbak.
 */
export function walkTree(directory: string, choices: WalkChoices = {}): Described {
  const described: Described = {};
  const inodes = new Map<string, string>();
  const walk = (below: string): void => {
    const here = Buffer.from(`${toBytes(directory)}${below === "" ? "" : `/${below}`}`, "latin1");
    for (const name of readdirSync(here, { encoding: "latin1" }).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      if (choices.skip?.test(path)) continue;
      const full = Buffer.from(`${toBytes(directory)}/${path}`, "latin1");
      const stat = lstatSync(full, { bigint: true });
      const first = stat.isFile() && stat.nlink > 1n ? inodes.get(String(stat.ino)) : undefined;
      inodes.set(String(stat.ino), first ?? path);
      const mode = Number(stat.mode) & (choices.isPrivate?.(path) ? 0o7700 : 0o7777);
      const facts = [factsOf(full, stat, first), mode.toString(8), String(stat.mtimeNs / 1000n)];
      described[path] = facts.join(" ");
      if (stat.isDirectory()) walk(path);
    }
  };
  walk("");
  return described;
}

function factsOf(full: Buffer, stat: BigIntStats, first: string | undefined): string {
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(full, "latin1")}`;
  if (stat.isDirectory()) return "directory";
  if (first !== undefined) return `the same as ${first}`;
  const content = readFileSync(full);
  if (content.subarray(0, magic.length).toString("latin1") === magic) return rowsOf(full, content);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const holes = (content.length - Number(stat.blocks) * 512) / mebibyte;
  return `${content.length} bytes ${digest}${holes >= 1 ? ` ${Math.round(holes)} MiB of holes` : ""}`;
}

/** Schema and rows. What SQLite itself cannot read is told by its bytes. */
function rowsOf(full: Buffer, content: Buffer): string {
  try {
    using database = new DatabaseSync(full.toString(), { readOnly: true });
    const tables = database.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
    const rows = tables.flatMap(({ name, sql }) =>
      String(sql).startsWith("CREATE TABLE") ? database.prepare(`SELECT * FROM "${String(name)}"`).all() : [],
    );
    return `database ${digestOf(JSON.stringify([tables, rows]))} ${rows.length} rows`;
  } catch {
    return `unreadable database ${digestOf(content)}`;
  }
}

function digestOf(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

function toBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}
