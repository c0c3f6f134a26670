import type { Command } from "commander";
import type { CaptureChoices } from "../backup/plan-capture.ts";
import type { Config } from "../config/schema.ts";
import { collect, integerBetween } from "./command.ts";
import { given } from "./given.ts";

/** The flags of `create` and `run` that say what is taken; commander gives the ones with `no-` true where they are absent. */
export interface CaptureFlags {
  readonly workspace?: boolean;
  readonly sealAll?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly defaultExcludes?: boolean;
  readonly oneFileSystem?: boolean;
  readonly plain?: readonly string[];
  readonly compressionLevel?: number;
  readonly tag?: readonly string[];
}

/** What use cases take of it. */
export interface CaptureOptions extends CaptureChoices {
  readonly compressionLevel?: number;
  readonly tags?: readonly string[];
}

/** What is taken, and what of it is sealed. */
export function withCaptureFlags(command: Command): Command {
  return command
    .option("--no-workspace", "leave the workspaces out")
    .option(
      "--seal-all",
      "seal workspace files too; without it those without secrets are readable in the archive",
    )
    .option(
      "--plain <glob>",
      "leave workspace files readable whatever rules and the scan for secrets say (repeatable)",
      collect,
    )
    .option(
      "--include <glob>",
      "take what a rule would leave out; `plugins`: the installed plugins (repeatable)",
      collect,
    )
    .option("--exclude <glob>", "leave out (repeatable)", collect)
    .option(
      "--no-default-excludes",
      "take what is left out by default, too: logs, caches, packages, delivery queues",
    )
    .option("--one-file-system", "leave out what is mounted inside")
    .option("--compression-level <n>", "1 (fast) to 19 (small)", integerBetween(1, 19))
    .option("--tag <tag>", "write this tag into the archive (repeatable)", collect);
}

/** A flag wins over the settings, as a whole: globs of both are not joined. */
export function captureOptions(flags: CaptureFlags, settings: Config): CaptureOptions {
  return given({
    // No flag turns these on again.
    workspace: flags.workspace !== false && settings.workspace !== false,
    defaultExcludes: flags.defaultExcludes !== false && settings.defaultExcludes !== false,
    sealAll: flags.sealAll ?? settings.sealAll,
    oneFileSystem: flags.oneFileSystem ?? settings.oneFileSystem,
    include: flags.include ?? settings.include,
    exclude: flags.exclude ?? settings.exclude,
    plain: flags.plain ?? settings.plain,
    compressionLevel: flags.compressionLevel ?? settings.compressionLevel,
    tags: flags.tag ?? settings.tags,
  });
}
