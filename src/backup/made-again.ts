import type { PlannedEntry } from "../disk/planned.ts";
import { rootIdOf } from "../format/entry-path.ts";
import { madeAgainNames } from "../openclaw/classes/workspace.ts";
import type { Root } from "../openclaw/installation.ts";

/** What is taken of workspaces and could be made again, by the name of the folders it lies in. */
export interface MadeAgainAmount {
  readonly name: string;
  readonly folders: number;
  readonly files: number;
  readonly bytes: number;
}

/** Adds up what lies in folders such as `node_modules`; of nested ones the outermost counts. */
export class MadeAgain {
  readonly #workspaces: ReadonlySet<string>;
  readonly #sums = new Map<string, { folders: number; files: number; bytes: number }>();
  /** The folder that the walk is in. */
  #inside = { prefix: "\n", name: "" };

  constructor(roots: readonly Root[]) {
    this.#workspaces = new Set(roots.filter(({ kind }) => kind === "workspace").map(({ id }) => id));
  }

  /** In archive order. */
  add({ path, type, size, excluded }: PlannedEntry): void {
    if (excluded !== undefined || !this.#workspaces.has(rootIdOf(path))) return;
    if (path.startsWith(this.#inside.prefix)) {
      if (type === "file" || type === "hardlink") this.#count(this.#inside.name, { files: 1, bytes: size });
      return;
    }
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (type !== "directory" || !madeAgainNames.has(name)) return;
    this.#inside = { prefix: `${path}/`, name };
    this.#count(name, { folders: 1 });
  }

  /** What is largest comes first. */
  list(): MadeAgainAmount[] {
    return Array.from(this.#sums, ([name, sum]) => ({ name, ...sum })).sort((a, b) => b.bytes - a.bytes);
  }

  #count(name: string, { folders = 0, files = 0, bytes = 0 }: Partial<MadeAgainAmount>): void {
    const sum = this.#sums.get(name) ?? { folders: 0, files: 0, bytes: 0 };
    this.#sums.set(name, {
      folders: sum.folders + folders,
      files: sum.files + files,
      bytes: sum.bytes + bytes,
    });
  }
}
