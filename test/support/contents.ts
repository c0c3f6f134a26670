import { hash } from "node:crypto";
import { listed } from "../../fixtures/judge.ts";
import { CollisionFinder } from "../../src/disk/collisions.ts";
import type { IndexLine } from "../../src/format/entry.ts";
import type { EntryVisitor } from "../../src/format/visitor.ts";
import { prove } from "./read.ts";

/** What a reader has given out when it has proved all. */
export class Contents implements EntryVisitor {
  readonly lines: string[] = [];
  readonly #contents: Buffer[] = [];
  readonly #names = new CollisionFinder();
  /** Two paths are one where names are folded: a restore to such a place refuses. */
  collides = false;

  begin(line: IndexLine): void {
    if (this.#names.add(line.path) !== undefined) this.collides = true;
    this.lines.push(listed({ line }).trimEnd());
  }

  content(bytes: Uint8Array): void {
    this.#contents.push(Buffer.from(bytes));
  }

  end(): void {}

  digests(): { tree: string; released: string } {
    return {
      tree: hash("sha256", this.lines.map((line) => `${line}\n`).join(""), "hex"),
      released: hash("sha256", Buffer.concat(this.#contents), "hex"),
    };
  }
}

/** Everything in an archive, by the reader. */
export async function contentsOf(bytes: Buffer, key: { readonly fileKey: Buffer }): Promise<Contents> {
  const contents = new Contents();
  await prove(bytes, key, "full", contents);
  return contents;
}
