import { type EntryPath, displayPath, parentOf, rootIdOf, sortKey } from "./entry-path.ts";
import { type IndexLine, type SectionName, isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";

/**
 * Holds the lines of both sections, given in merged order, to the rules of a tree: strictly rising paths, each path
 * once, every parent a directory of this archive, every root declared. No entry can have a link as an ancestor.
 */
export class TreeCheck {
  readonly #roots: ReadonlySet<string>;
  readonly #directories: EntryPath[] = [];
  #previousKey = "";
  #movedPath: EntryPath | undefined;

  constructor(roots: ReadonlySet<string>) {
    this.#roots = roots;
  }

  accept(line: IndexLine, section: SectionName): void {
    if (!this.#isMovedTwin(line, section)) this.#checkOrder(line);
    this.#movedPath = line.status === "moved" ? line.path : undefined;
    checkSection(line, section);
    this.#checkParent(line);
    if (isStored(line) && line.type === "directory") this.#directories.push(line.path);
  }

  end(): void {
    this.#refuseLostMove();
  }

  /** A plain entry called `moved` stands once more, in the sealed section. */
  #isMovedTwin(line: IndexLine, section: SectionName): boolean {
    return this.#movedPath === line.path && section === "sealed";
  }

  #checkOrder(line: IndexLine): void {
    this.#refuseLostMove();
    const key = sortKey(line.path);
    if (key === this.#previousKey) {
      throw new FormatError("duplicate-path", `${displayPath(line.path)} stands twice`, {
        place: { path: displayPath(line.path) },
      });
    }
    if (key < this.#previousKey)
      throw new FormatError("bad-index", `${displayPath(line.path)} is out of order`);
    this.#previousKey = key;
  }

  #refuseLostMove(): void {
    if (this.#movedPath === undefined) return;
    throw new FormatError(
      "bad-index",
      `${displayPath(this.#movedPath)} was moved to the sealed section, but is not there`,
    );
  }

  #checkParent({ path }: IndexLine): void {
    const parent = parentOf(path);
    if (parent === undefined) {
      if (this.#roots.has(rootIdOf(path))) return;
      throw new FormatError(
        "unsafe-path",
        `${displayPath(path)} belongs to a root that the archive does not declare`,
      );
    }
    while (this.#directories.length > 0 && !isBelow(parent, this.#directories.at(-1)!))
      this.#directories.pop();
    if (this.#directories.at(-1) === parent) return;
    throw new FormatError(
      "unsafe-path",
      `the parent of ${displayPath(path)} is not a directory of this archive`,
    );
  }
}

function isBelow(path: EntryPath, directory: EntryPath): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** Entries without content are secret facts: only `moved` may stand in the plain section, and only there. */
function checkSection(line: IndexLine, section: SectionName): void {
  if (isStored(line) || (line.status === "moved") === (section === "plain")) return;
  throw new FormatError(
    "bad-index",
    `${displayPath(line.path)}: an entry called ${line.status} cannot stand in the ${section} section`,
  );
}
