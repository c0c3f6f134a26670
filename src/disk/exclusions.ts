import type { BigIntStats } from "node:fs";
import type { EntryPath } from "../format/entry-path.ts";
import { fileLeftOutByName, folderLeftOutByName } from "./built-in-exclusions.ts";
import type { IgnoreChain } from "./ignore-chain.ts";
import { ignoreFileName } from "./ignore-file.ts";
import type { RuleMatcher } from "./glob.ts";
import type { RootRules, UserRules } from "./root-rules.ts";
import { inodeKey, kindOf } from "./stat.ts";

/** What a folder passes on to what lies in it. */
export interface Passed {
  /** By which rule the folder itself is left out, where it is gone through for what is wanted in it. */
  readonly excludedBy: string | undefined;
  /** `--include` names it or a folder above. */
  readonly included: boolean;
  /** An ignore file took it or a folder above back: rules that hold by default do not count. */
  readonly kept: boolean;
}

export const nothingPassed: Passed = { excludedBy: undefined, included: false, kept: false };

export interface Candidate {
  readonly path: EntryPath;
  readonly relative: string;
  readonly source: string;
  readonly passed: Passed;
  readonly ignores: IgnoreChain;
}

export interface Decision extends Passed {
  /** Whether a directory that is left out is gone through to count what lies below. */
  readonly isCounted?: boolean;
  /** What below a directory is taken all the same, if anything can be. */
  readonly wanted?: RuleMatcher | undefined;
}

export interface ExclusionSetting {
  readonly user: UserRules;
  /** Files that are never taken, by {@link inodeKey}. */
  readonly skip: ReadonlySet<string>;
  /** The file system to stay on, if it is to be one. */
  readonly dev: bigint | undefined;
}

/**
 * Whether a place is left out. What is never taken comes first, then what the user excludes, then what they include,
 * then ignore files, then the rules of the root.
 */
export class Exclusions {
  readonly #user: UserRules;
  readonly #skip: ReadonlySet<string>;
  readonly #root: RootRules;
  readonly #dev: bigint | undefined;

  constructor(root: RootRules, { user, skip, dev }: ExclusionSetting) {
    this.#root = root;
    this.#user = user;
    this.#skip = skip;
    this.#dev = dev;
  }

  /** `around`: the folders above, by {@link inodeKey}. */
  decide(at: Candidate, stats: BigIntStats, around: ReadonlySet<string>): Decision {
    const { path, relative, passed } = at;
    const included = passed.included || this.#user.include?.(path) !== undefined;
    const kept = passed.kept;
    const unseen = this.#unseen(stats, around);
    if (unseen !== undefined) return { excludedBy: unseen, included, kept };
    const rule = this.#root.excludedBy(relative);
    const never = this.#builtIn(at.source, stats) ?? (rule?.always === true ? rule.rule : undefined);
    const always = never ?? this.#user.exclude(path);
    if (always !== undefined) return { excludedBy: always, included, kept, isCounted: true };
    if (included) return { excludedBy: undefined, included, kept };
    const decided = this.#byDefault(at, stats, rule?.rule);
    return { ...decided, included, isCounted: true, wanted: this.#user.include };
  }

  #byDefault(
    { relative, passed, ignores }: Candidate,
    stats: BigIntStats,
    rule: string | undefined,
  ): Pick<Passed, "excludedBy" | "kept"> {
    const { excludedBy, kept } = passed;
    if (excludedBy !== undefined) return { excludedBy, kept };
    const kind = kindOf(stats);
    const verdict = ignores.verdictOn(relative, kind === "directory");
    const isIgnoreFile = kind === "file" && relative.slice(relative.lastIndexOf("/") + 1) === ignoreFileName;
    if (verdict === "ignored" && !isIgnoreFile) return { excludedBy: "ignore-file", kept };
    return kept || verdict === "kept" ? { excludedBy: undefined, kept: true } : { excludedBy: rule, kept };
  }

  /** What is not looked into at all. */
  #unseen(stats: BigIntStats, around: ReadonlySet<string>): string | undefined {
    if (kindOf(stats) !== "directory") return undefined;
    if (around.has(inodeKey(stats))) return "file-system-loop";
    return this.#dev === undefined || stats.dev === this.#dev ? undefined : "other-file-system";
  }

  #builtIn(source: string, stats: BigIntStats): string | undefined {
    const kind = kindOf(stats);
    if (kind === "directory") return folderLeftOutByName(source);
    if (kind === "symlink") return undefined;
    if (kind !== "file") return "special-file";
    return this.#skip.has(inodeKey(stats)) ? "ocbak-archive" : fileLeftOutByName(source);
  }
}
