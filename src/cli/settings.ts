import { type Command, Option } from "commander";
import type { ConfigFile } from "../config/read-config.ts";
import type { Config } from "../config/schema.ts";
import type { CliContext } from "./context.ts";

export interface ConfigFlags {
  /** False: `--no-config`. */
  readonly config?: string | false;
}

/** The flags of every command that settings stand behind. */
export function withConfigFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--config <file>", "settings (default: $OCBAK_CONFIG, else ~/.config/ocbak/config.json)"),
    )
    .addOption(new Option("--no-config", "pass the settings over"));
}

/** The settings file that holds for a call; with `--no-config` as if there were none. */
export async function configFileOf({ config }: ConfigFlags, io: CliContext): Promise<ConfigFile> {
  const { readConfig } = await import("../config/read-config.ts");
  if (config === false) return { path: "", exists: false, settings: {} };
  return readConfig(config, io);
}

export async function settingsOf(flags: ConfigFlags, io: CliContext): Promise<Config> {
  return (await configFileOf(flags, io)).settings;
}
