import type { EffectiveSetting } from "../../config/effective.ts";
import type { ConfigFile } from "../../config/read-config.ts";
import { safe } from "../output.ts";
import { table } from "./units.ts";

/** The settings as they hold, for people: a line each. */
export function configText({ path, exists }: ConfigFile, settings: readonly EffectiveSetting[]): string {
  const head = exists ? safe(path) : `${safe(path)} does not exist: these hold without it`;
  const rows = settings.map((setting) => [setting.key, valueText(setting), origin(setting)].map(safe));
  return `${[path === "" ? "without a settings file:" : `${head}:`, ...table(rows)].join("\n")}\n`;
}

function valueText({ value }: EffectiveSetting): string {
  if (value === null) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const origins = { environment: "environment", file: "file", default: "by default" } as const;

function origin({ from, variable, flag }: EffectiveSetting): string {
  const where = from === "environment" ? `${origins[from]} (${variable})` : origins[from];
  return flag === null ? where : `${where}; ${flag} wins`;
}
