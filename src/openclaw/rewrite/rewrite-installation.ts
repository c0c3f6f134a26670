import type { PathMove } from "../target.ts";
import { breathe } from "../../system/breathe.ts";
import { FileRun } from "./file-run.ts";
import { Findings, type RewriteReport } from "./findings.ts";
import { type PathMapper, pathMapper } from "./path-mapper.ts";
import { rewriteDatabase } from "./rewrite-database.ts";
import { isOwnDatabase, placesOf } from "./rewritten-files.ts";
import { filesOf, type StagedFile, type StagedTree, type TimeArgument } from "./staged-tree.ts";

export interface RewriteOptions {
  /** Old places and new ones; those that stay count, too, as they end what a shorter one would move. */
  readonly moves: readonly PathMove[];
  /** Where the config file was, if that is known. */
  readonly configFile: string | null;
  readonly timeArgument: TimeArgument;
  /** Where a path of this machine leads to, links on the way followed, also if its end is not there yet. */
  readonly realPath: (path: string) => string;
  /** How long to search for what is left; the rewriting itself is not limited. */
  readonly searchMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Rewrites the paths of an installation while it is staged: what OpenClaw keeps by absolute path in its config, in other files
 * and in its databases. Where no place changes, nothing is opened. What could not be done is told, and never
 * ends a restore; only the signal does, between two files or two steps of a database.
 */
export class InstallationRewrite {
  readonly #options: RewriteOptions;
  readonly #findings = new Findings();
  readonly #mapper: PathMapper;

  constructor(options: RewriteOptions) {
    this.#options = options;
    this.#mapper = pathMapper(options.moves);
  }

  /** What a symbolic link is to lead to. */
  linkTarget(file: string, target: string): string {
    const mapped = this.#mapper.map(target);
    if (mapped === undefined) return target;
    this.#findings.count(file, mapped.move);
    return mapped.head + mapped.tail;
  }

  /** Rewrites files and databases of these trees in place. */
  async run(trees: readonly StagedTree[]): Promise<RewriteReport> {
    if (this.#mapper.moves.length > 0) await this.#rewrite(trees);
    return this.#findings.report();
  }

  async #rewrite(trees: readonly StagedTree[]): Promise<void> {
    const { configFile, timeArgument, realPath, searchMs = 60_000, signal } = this.#options;
    const setting = { mapper: this.#mapper, findings: this.#findings, timeArgument };
    const files = new FileRun(trees, setting);
    const databases: StagedFile[] = [];
    if (configFile !== null) files.config(configFile);
    for (const file of filesOf(trees)) {
      await breathe(signal);
      if (isOwnDatabase(file)) databases.push(file);
      else files.rewrite(file);
    }
    const deadline = Date.now() + searchMs;
    const places = placesOf(trees, configFile);
    const { memory } = files;
    for (const { place, file } of databases)
      await rewriteDatabase(place, { ...setting, places, memory, realPath, deadline, file, signal });
  }
}
