import { hash } from "node:crypto";
import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import type { TestTree } from "./archives.ts";

/** Path as a byte string (latin1) → type, mode, time in nanoseconds, and content. */
export type Facts = { [path: string]: string };

export interface Looks {
  readonly mode: number;
  readonly mtime: string;
}

/** What must lie on the disk after a tree was unpacked. Paths of the tree are byte strings. */
export function factsOf(tree: TestTree, looksOf: (path: string) => Looks): Facts {
  return Object.fromEntries(
    Object.entries(tree).map(([path, entry]) => {
      const { mode, mtime } = looksOf(path);
      const looks = `${mode.toString(8)} ${mtime}`;
      if (typeof entry === "string" || Buffer.isBuffer(entry))
        return [path, fileFacts(Buffer.from(entry), looks)];
      if ("directory" in entry) return [path, `directory ${looks}`];
      if ("target" in entry) return [path, `-> ${Buffer.from(entry.target).toString("latin1")} ${mtime}`];
      if ("link" in entry) {
        const target = looksOf(entry.link);
        const content = Buffer.from(tree[entry.link] as string | Buffer);
        return [path, fileFacts(content, `${target.mode.toString(8)} ${target.mtime}`)];
      }
      throw new RangeError(`${path} is nothing that can be unpacked`);
    }),
  );
}

/** What lies below a directory, looked at with lstat and readdir alone. */
export function factsBelow(directory: string, leaveOut: RegExp): Facts {
  const facts: Facts = {};
  const walk = (below: string): void => {
    for (const name of readdirSync(bytesOf(directory, below), { encoding: "latin1" })) {
      const path = below === "" ? name : `${below}/${name}`;
      if (leaveOut.test(path)) continue;
      const full = bytesOf(directory, path);
      const stat = lstatSync(full, { bigint: true });
      const looks = `${(stat.mode & 0o7777n).toString(8)} ${stat.mtimeNs}`;
      if (stat.isSymbolicLink()) facts[path] = `-> ${readlinkSync(full, "latin1")} ${stat.mtimeNs}`;
      else if (stat.isDirectory()) facts[path] = `directory ${looks}`;
      else facts[path] = fileFacts(readFileSync(full), looks);
      if (stat.isDirectory()) walk(path);
    }
  };
  walk("");
  return facts;
}

function fileFacts(content: Buffer, looks: string): string {
  return `file ${looks} ${content.length} ${hash("sha256", content, "hex")}`;
}

function bytesOf(directory: string, below: string): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(below, "latin1")]);
}
