import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import type { TreeSize } from "./plan.ts";
import { changeTree, makeTree } from "./tree.ts";

interface Note {
  readonly size: TreeSize;
  /** How often a hundredth of the files was changed. */
  readonly turns: number;
}

/** A tree in a folder, made once and used again. */
export interface KeptTree {
  readonly home: string;
  /** Changes a hundredth of the files, each time another one, and tells how many these are. */
  readonly change: () => number;
}

/** Makes the tree if it is not there. Throws if there is another one. */
export function keepTree(dir: string, size: TreeSize): KeptTree {
  const home = join(dir, "home");
  const file = join(dir, "tree.json");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const write = (note: Note): void => writeFileSync(file, `${JSON.stringify(note)}\n`);
  const read = (): Note => JSON.parse(readFileSync(file, "utf8")) as Note;
  if (!existsSync(file)) {
    if (existsSync(join(home, ".openclaw"))) throw new Error(`the tree in ${dir} is not of this bench`);
    write({ size, turns: 0 });
  }
  if (!isDeepStrictEqual(read().size, size)) throw new Error(`the tree in ${dir} has another size`);
  makeTree(home, size);
  return {
    home,
    change: () => {
      const { turns } = read();
      write({ size, turns: turns + 1 });
      return changeTree(home, size, turns + 1);
    },
  };
}
