import type { Snapshot } from "../disk/database.ts";

/** What the copying of databases has to tell that is no trouble: one sentence for all of them. */
export class DatabaseNotices {
  #withLeftovers = 0;
  #copiedAsFiles = 0;

  add({ leftBehind, method, check, isConsistent }: Snapshot): void {
    if (leftBehind.length > 0) this.#withLeftovers += 1;
    if (method === "private-copy" && check !== "failed" && isConsistent) this.#copiedAsFiles += 1;
  }

  /** At most one sentence each. */
  sentences(): string[] {
    const [left, copied] = [this.#withLeftovers, this.#copiedAsFiles];
    return [
      ...(left === 0
        ? []
        : [`reading left a -wal or -shm file beside ${databases(left)}: harmless, SQLite uses them again`]),
      ...(copied === 0
        ? []
        : [
            `${databases(copied)} copied as files and recovered, since SQLite could not open them where they lie`,
          ]),
    ];
  }
}

function databases(count: number): string {
  return count === 1 ? "1 database" : `${count} databases`;
}
