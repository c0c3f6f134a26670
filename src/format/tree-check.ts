import { type EntryPath, comparePaths, displayPath, rootIdOf } from "./entry-path.ts";
import { type IndexLine, type SectionName, isStored } from "./entry.ts";
import { FormatError } from "./errors.ts";

/**
 * Holds the lines of both sections, given in merged order, to the rules of a tree: strictly rising paths, each path
 * once, every parent a directory of this archive, every root declared. No entry can have a link as an ancestor.
 */
export class TreeCheck {
  readonly #roots: Readonly<Record<SectionName, ReadonlySet<string>>>;
  readonly #both: boolean;
  readonly #directories: { readonly path: EntryPath; readonly section: SectionName }[] = [];
  #previous: EntryPath | undefined;
  #movedPath: EntryPath | undefined;

  /** `both` where the sealed section's lines come, too: then what the plain one calls `moved` must be among them. */
  constructor(roots: Readonly<Record<SectionName, ReadonlySet<string>>>, { both }: { both: boolean }) {
    this.#roots = roots;
    this.#both = both;
  }

  accept(line: IndexLine, section: SectionName): void {
    if (!this.#isMovedTwin(line, section)) this.#checkOrder(line);
    this.#movedPath = this.#both && line.status === "moved" ? line.path : undefined;
    checkSection(line, section);
    this.#checkParent(line, section);
    if (isStored(line) && line.type === "directory") this.#directories.push({ path: line.path, section });
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
    const order = this.#previous === undefined ? 1 : comparePaths(line.path, this.#previous);
    if (order === 0) {
      throw new FormatError("duplicate-path", `${displayPath(line.path)} stands twice`, {
        place: { path: displayPath(line.path) },
      });
    }
    if (order < 0) throw new FormatError("bad-index", `${displayPath(line.path)} is out of order`);
    this.#previous = line.path;
  }

  #refuseLostMove(): void {
    if (this.#movedPath === undefined) return;
    throw new FormatError(
      "bad-index",
      `${displayPath(this.#movedPath)} was moved to the sealed section, but is not there`,
    );
  }

  #checkParent(line: IndexLine, section: SectionName): void {
    const { path } = line;
    const slash = path.lastIndexOf("/");
    if (slash === -1) return this.#checkRoot(line, section);
    let there = this.#directories.at(-1);
    while (there !== undefined && !isBelow(path, there.path)) {
      this.#directories.pop();
      there = this.#directories.at(-1);
    }
    // A plain entry is read without the key as well, so what it stands in must be plain, too.
    if (there?.path.length === slash && (section === "sealed" || there.section === "plain")) return;
    throw new FormatError(
      "unsafe-path",
      `the parent of ${displayPath(path)} is not a directory of this archive`,
    );
  }

  #checkRoot(line: IndexLine, section: SectionName): void {
    const { path } = line;
    if (!this.#roots[section].has(rootIdOf(path))) {
      throw new FormatError(
        "unsafe-path",
        `${displayPath(path)} belongs to a root that the archive does not declare`,
      );
    }
    if (isStored(line) && line.type === "symlink")
      throw new FormatError("unsafe-link", `the root ${displayPath(path)} is a symbolic link`);
  }
}

function isBelow(path: EntryPath, directory: EntryPath): boolean {
  const { length } = directory;
  return path.charCodeAt(length) === 0x2f && path.startsWith(directory);
}

/**
 * Entries without content are secret facts: only `moved` may stand in the plain section, and only there. What changed or
 * could not be read is sealed, too; a directory stays where its entries are.
 */
function checkSection(line: IndexLine, section: SectionName): void {
  if (isStored(line)) {
    if (section === "sealed" || line.type === "directory" || line.status === "ok") return;
  } else if ((line.status === "moved") === (section === "plain")) return;
  throw new FormatError(
    "bad-index",
    `${displayPath(line.path)}: an entry called ${line.status} cannot stand in the ${section} section`,
  );
}
