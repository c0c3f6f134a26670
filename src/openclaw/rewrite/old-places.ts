import { readlinkSync } from "node:fs";
import { readStateDatabase } from "../state-database.ts";
import type { PathMove } from "../target.ts";
import { type FileForm, formOf } from "./file-rules.ts";
import { oldPlacesInDatabase } from "./old-places-in-database.ts";
import { oldPlacesIn } from "./old-places-in-text.ts";
import { type PathMapper, pathMapper } from "./path-mapper.ts";
import { includesOf, maxTextBytes } from "./rewrite-file.ts";
import { isOwnDatabase, placesOf } from "./rewritten-files.ts";
import { entriesOf, readText, type StagedFile, type StagedTree } from "./staged-tree.ts";

/** Where an old place stands and OpenClaw would go by it. */
export interface OldPlace {
  /** Its path in the archive. */
  readonly file: string;
  /** The old place, and in a database its table and column; or why nobody can tell. */
  readonly what: string;
}

export interface OldPlaces {
  readonly files: number;
  readonly links: number;
  readonly databases: number;
  readonly found: readonly OldPlace[];
}

/**
 * Reads an installation afresh from where it lies now, and looks for old places in all that a rewrite has rules for: values
 * of configs and other files, links, columns of databases and keys that are digests. `trees`: with where they lie now.
 */
export function findOldPlaces(
  trees: readonly StagedTree[],
  { moves, configFile }: { readonly moves: readonly PathMove[]; readonly configFile: string | null },
): OldPlaces {
  const search = new Search(trees, pathMapper(moves), configFile);
  if (pathMapper(moves).moves.length > 0) search.all();
  return search.result();
}

class Search {
  readonly #trees: readonly StagedTree[];
  readonly #mapper: PathMapper;
  readonly #configFile: string | null;
  readonly #read = new Set<string>();
  readonly #counts = { links: 0, databases: 0 };
  readonly #found: OldPlace[] = [];

  constructor(trees: readonly StagedTree[], mapper: PathMapper, configFile: string | null) {
    this.#trees = trees;
    this.#mapper = mapper;
    this.#configFile = configFile;
  }

  all(): void {
    for (const { file, link } of entriesOf(this.#trees)) {
      const form = formOf(file.kind, file.below);
      if (link !== undefined) this.#link(file, link);
      else if (isOwnDatabase(file)) this.#database(file);
      else if (form !== undefined) this.#file(file, form);
    }
  }

  result(): OldPlaces {
    return { files: this.#read.size, ...this.#counts, found: this.#found };
  }

  #link({ file }: StagedFile, place: Buffer): void {
    const target = readlinkSync(place);
    this.#counts.links += 1;
    if (this.#mapper.isOld(target)) this.#found.push({ file, what: target });
  }

  #file({ place, file, below }: StagedFile, form: FileForm): void {
    if (this.#read.has(place)) return;
    this.#read.add(place);
    const text = readText(place, maxTextBytes);
    if (text === undefined) return;
    for (const what of oldPlacesIn(text, form, this.#mapper)) this.#found.push({ file, what });
    if (form !== "json5" || !text.includes("$include")) return;
    for (const include of includesOf(text, place)) this.#include(include, { place, file, below });
  }

  /** What a config includes, by where it is now. */
  #include(place: string, by: Pick<StagedFile, "place" | "file" | "below">): void {
    const tree = this.#trees.find(({ base }) => place === base || place.startsWith(`${base}/`));
    if (tree === undefined || place === by.place) return;
    const below = place.slice(tree.base.length + 1);
    const file = {
      place,
      below,
      file: below === "" ? tree.id : `${tree.id}/${below}`,
      kind: undefined,
      old: "",
    };
    if (isReadable(place)) this.#file(file, "json5");
  }

  #database({ place, file }: StagedFile): void {
    this.#counts.databases += 1;
    const places = placesOf(this.#trees, this.#configFile);
    try {
      const found = readStateDatabase(place, (db) => oldPlacesInDatabase(db, this.#mapper, places));
      this.#found.push(...found.map((what) => ({ file, what })));
    } catch (error) {
      this.#found.push({
        file,
        what: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }
}

function isReadable(place: string): boolean {
  try {
    return readText(place, maxTextBytes) !== undefined;
  } catch {
    return false;
  }
}
