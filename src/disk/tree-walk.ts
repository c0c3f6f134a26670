import { lstatSync, readdirSync, type Stats } from "node:fs";

import { joinBytes } from "./staged-path.ts";

export interface WalkedEntry {
  readonly path: Buffer;
  readonly stat: Stats;
}

export interface TreeWalkOptions {
  /** Absolute paths that are passed over with all below them. */
  readonly except?: readonly string[];
  /** Told why a folder could not be listed; the walk goes on unless it throws. */
  readonly onUnlisted: (error: unknown) => void;
}

/** What lies at an absolute path, and everything below it. Follows no link; what has gone meanwhile is passed over. */
export function* walkTree(top: string, { except = [], onUnlisted }: TreeWalkOptions): Generator<WalkedEntry> {
  const passed = new Set(except.map((path) => Buffer.from(path).toString("latin1")));
  const stack: Buffer[] = [Buffer.from(top)];
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    yield { path, stat };
    if (!stat.isDirectory()) continue;
    for (const name of namesIn(path, onUnlisted)) {
      const child = joinBytes(path, name);
      if (!passed.has(child.toString("latin1"))) stack.push(child);
    }
  }
}

function namesIn(directory: Buffer, onUnlisted: (error: unknown) => void): Buffer[] {
  try {
    return readdirSync(directory, { encoding: "buffer" });
  } catch (error) {
    onUnlisted(error);
    return [];
  }
}
