import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { closestMatch } from "leven";
import { z } from "zod";
import type { XdgPlace } from "../system/xdg.ts";
import { configFolder } from "./config-folder.ts";
import { ConfigError } from "./errors.ts";
import { Config } from "./schema.ts";

/** What finding and reading the settings takes from its surroundings. */
export interface ConfigPlace extends XdgPlace {
  readonly cwd: string;
  /** Effective user of this process. */
  readonly uid: number;
}

/** The settings as they stand in the file. */
export interface ConfigFile {
  readonly path: string;
  /** False: there is none, and nothing is set. */
  readonly exists: boolean;
  readonly settings: Config;
}

/**
 * Reads ocbak's settings: of `named` (a flag), else of OCBAK_CONFIG, else of the default place, where there need be none.
 * `~/` in paths is the home. Throws ConfigError `unreadable-config` or `invalid-config`.
 */
export function readConfig(named: string | undefined, place: ConfigPlace): ConfigFile {
  const asked = named ?? (place.env["OCBAK_CONFIG"] || undefined);
  const path = asked === undefined ? join(configFolder(place), "config.json") : resolve(place.cwd, asked);
  const text = textOf(path, asked !== undefined);
  if (asked === undefined && text !== undefined) refuseForeign(path, place);
  if (text === undefined) return { path, exists: false, settings: {} };
  return { path, exists: true, settings: withHome(parseConfig(text, path), place.osHomeDir) };
}

/** With `sudo` the home may be a user's, and the settings name commands and places to write to. */
function refuseForeign(path: string, { uid }: ConfigPlace): void {
  if (uid !== 0 || statSync(path).uid === 0) return;
  throw new ConfigError("unreadable-config", `the settings ${path} are another user's, and this is root`, {
    hint: "run ocbak as that user; as root say --config FILE, or --no-config",
  });
}

function textOf(path: string, isAsked: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && !isAsked) return undefined;
    const why = code === "ENOENT" ? "there is no such file" : String(code);
    throw new ConfigError("unreadable-config", `cannot read the settings ${path}: ${why}`, { cause });
  }
}

/** Throws `invalid-config`, which names every place that does not fit. */
export function parseConfig(text: string, path: string): Config {
  const result = Config.safeParse(jsonOf(text, path));
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue));
  throw new ConfigError("invalid-config", `the settings ${path} do not fit: ${problems.join("; ")}`, {
    hint: "docs/config.md lists every setting; `ocbak config --schema` prints them for an editor",
  });
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new ConfigError("invalid-config", `the settings ${path} are no JSON: ${(cause as Error).message}`, {
      cause,
      hint: "JSON has no comments and no comma behind the last item",
    });
  }
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue): string[] {
  const place = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") return [`${place === "" ? "it" : place} ${wordsOf(issue)}`];
  return issue.keys.map((key) => {
    const full = [...issue.path, key].join(".");
    const near = closestMatch(key, knownKeys(issue.path), { maxDistance: 4 });
    return near === undefined ? `${full} is no setting` : `${full} is no setting, ${near} is`;
  });
}

function wordsOf({ message }: Issue): string {
  return /^(must|names) /.test(message) ? message : `is wrong: ${message.replace(/^Invalid input: /, "")}`;
}

/** The keys that may stand at a place of the settings. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema = z.toJSONSchema(Config, { io: "input" }) as JsonSchema;
  for (const part of path)
    schema = (typeof part === "number" ? schema.items : schema.properties?.[String(part)]) ?? {};
  return Object.keys(schema.properties ?? {});
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

/** The settings with `~/` in front of paths made the home. */
function withHome(settings: Config, home: string): Config {
  const full = (path: string): string => (path.startsWith("~/") ? join(home, path.slice(2)) : path);
  const { recipientsFiles, signingKey, stores, notify } = settings;
  return {
    ...settings,
    ...(recipientsFiles && { recipientsFiles: recipientsFiles.map(full) }),
    ...(signingKey !== undefined && { signingKey: full(signingKey) }),
    ...(stores && { stores: stores.map((store) => ({ ...store, path: full(store.path) })) }),
    ...(notify?.metricsFile !== undefined && {
      notify: { ...notify, metricsFile: full(notify.metricsFile) },
    }),
  };
}
