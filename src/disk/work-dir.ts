import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { DiskError } from "./errors.ts";
import { diskError } from "./io-error.ts";
import { removeContents } from "./remove-tree.ts";

/** What lies in it: `work`, single files; `drill`, a whole installation. */
export type WorkKind = "work" | "drill";

/** A private directory for what must lie on disk for a moment: snapshots of databases, with all their secrets. */
export class WorkDir implements Disposable {
  readonly path: string;
  /** The folder of ours above it, where it goes with the last one in it. */
  readonly #above: string | undefined;

  private constructor(path: string, above?: string) {
    this.path = path;
    this.#above = above;
  }

  /**
   * Makes `parent`/KIND-PID with mode 0700, `pid` being this process, and removes what killed runs left there: on
   * systems that have no /proc nothing is taken for dead.
   */
  static make(parent: string, pid: number, kind: WorkKind = "work"): WorkDir {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    return new WorkDir(makeIn(parent, pid, kind));
  }

  /** The same in a directory that somebody named, and which has to be there. Throws `target-unfit`. */
  static in(directory: string, pid: number, kind: WorkKind): WorkDir {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new DiskError("target-unfit", `${directory} is no directory`, { hint: `mkdir -p ${directory}` });
    }
    try {
      const above = join(directory, `.ocbak-${kind}`);
      mkdirSync(above, { recursive: true, mode: 0o700 });
      return new WorkDir(makeIn(above, pid, kind), above);
    } catch (error) {
      throw diskError(error, `making a folder in ${directory}`);
    }
  }

  [Symbol.dispose](): void {
    remove(this.path);
    if (this.#above !== undefined && readdirSync(this.#above).length === 0) rmdirSync(this.#above);
  }
}

function makeIn(parent: string, pid: number, kind: WorkKind): string {
  chmodSync(parent, 0o700);
  for (const name of readdirSync(parent)) {
    const [, what, owner] = /^(work|drill)-(\d+)$/.exec(name) ?? [];
    if (owner === undefined) continue;
    if (isDead(owner) || (what === kind && Number(owner) === pid)) remove(join(parent, name));
  }
  const path = join(parent, `${kind}-${pid}`);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** Whatever the modes inside: an installation may have folders that its owner closed. */
function remove(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  removeContents(Buffer.from(path));
  rmdirSync(path);
}

function isDead(pid: string): boolean {
  return existsSync("/proc/self") && !existsSync(`/proc/${pid}`);
}
