import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A private directory for what must lie on disk for a moment: snapshots of databases, with all their secrets. */
export class WorkDir implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes `parent`/work-PID with mode 0700, `pid` being this process, and removes what killed runs left there: on
   * systems that have no /proc nothing is taken for dead.
   */
  static make(parent: string, pid: number): WorkDir {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    chmodSync(parent, 0o700);
    for (const name of readdirSync(parent)) {
      const owner = /^work-(\d+)$/.exec(name)?.[1];
      if (owner !== undefined && (Number(owner) === pid || isDead(owner))) {
        rmSync(join(parent, name), { recursive: true, force: true });
      }
    }
    const path = join(parent, `work-${pid}`);
    mkdirSync(path, { mode: 0o700 });
    return new WorkDir(path);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function isDead(pid: string): boolean {
  return existsSync("/proc/self") && !existsSync(`/proc/${pid}`);
}
