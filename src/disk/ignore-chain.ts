import type { Ignore } from "ignore";
import { type IgnoreFile, matchable } from "./ignore-file.ts";

interface Link {
  readonly file: IgnoreFile;
  /** The folder of the file below the root, "" for the root. */
  readonly folder: string;
}

/** What the ignore files above a name say of it. */
export type IgnoreVerdict = "ignored" | "kept" | undefined;

/** The ignore files that hold in one folder, as git reads them: the deepest that says anything wins. */
export class IgnoreChain {
  static readonly none: IgnoreChain = new IgnoreChain("", []);

  readonly #folder: string;
  readonly #links: readonly Link[];
  #rules: { readonly rules: Ignore; readonly skip: number }[] | undefined;

  private constructor(folder: string, links: readonly Link[]) {
    this.#folder = folder;
    this.#links = links;
  }

  /** The chain in a folder below, which may have a file of its own. */
  in(folder: string, file: IgnoreFile | undefined): IgnoreChain {
    if (file === undefined && this.#links.length === 0) return IgnoreChain.none;
    return new IgnoreChain(folder, file === undefined ? this.#links : [{ file, folder }, ...this.#links]);
  }

  /** `relative`: the path below the root of what lies in this folder, a byte string. */
  verdictOn(relative: string, isDirectory: boolean): IgnoreVerdict {
    if (this.#links.length === 0) return undefined;
    this.#rules ??= this.#links.map(({ file, folder }) => rulesFor(file, folder, this.#folder));
    const text = isDirectory ? `${relative}/` : relative;
    for (const { rules, skip } of this.#rules) {
      const { ignored, unignored } = rules.test(matchable(text.slice(skip)));
      if (ignored || unignored) return ignored ? "ignored" : "kept";
    }
    return undefined;
  }
}

function rulesFor(file: IgnoreFile, from: string, folder: string): { rules: Ignore; skip: number } {
  const between = folder.slice(from === "" ? 0 : from.length + 1);
  const depth = between === "" ? 0 : between.split("/").length;
  return { rules: file.rulesAt(depth), skip: from === "" ? 0 : from.length + 1 };
}
