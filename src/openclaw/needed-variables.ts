import fs from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { isObject } from "./config.ts";
import { type Environment, type Surroundings, variable } from "./environment.ts";
import type { Root } from "./installation.ts";
import { isWithin, realPath } from "./outside.ts";
import type { Places } from "./places.ts";

/**
 * Where a variable has its value: `file`, one that OpenClaw reads and a backup takes; `service`, one of this machine's
 * service, which is backed up and which no other machine's service reads; `file-outside`, one that OpenClaw reads and no
 * backup takes; `environment`, in the environment of this process alone; `nowhere` that can be seen.
 */
const Where = z.enum(["file", "service", "file-outside", "environment", "nowhere"]);

/** An environment variable that the config needs, by name: its value stands nowhere here. */
export const NeededVariable = z.object({
  name: z.string(),
  /** The settings that need it, `*` for the items of lists. */
  settings: z.array(z.string()),
  where: Where,
  /** The file of `where`. */
  file: z.string().nullable(),
});
export type NeededVariable = z.infer<typeof NeededVariable>;

const name = "[A-Z_][A-Z0-9_]*";
const reference = new RegExp(String.raw`(\$?)\$\{(${name})\}`, "g");
/** A text that as a whole names a variable: the short form of a secret, and its two old ones. */
const wholeText = /^(?:\$|secretref-env:|__env__:)([A-Z][A-Z0-9_]{0,127})$/;
/** Settings that hold the bare name of a variable. */
const namingSetting = /(?:Env|EnvVar)$/;
/** What every machine sets by itself. */
const ofEveryMachine = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TERM|TMPDIR|TZ|PWD)$/;

/** Each variable that a config (with its includes) names, and the settings that do: by `${NAME}`, as a secret, to pass on. */
export function variablesNamedBy(config: unknown): Map<string, string[]> {
  const found = new Map<string, string[]>();
  visit(config, "", (variableName, setting) => {
    if (ofEveryMachine.test(variableName)) return;
    const settings = found.get(variableName);
    if (settings === undefined) found.set(variableName, [setting]);
    else if (!settings.includes(setting)) settings.push(setting);
  });
  return found;
}

type OnName = (variableName: string, setting: string) => void;

function visit(value: unknown, setting: string, onName: OnName): void {
  if (typeof value === "string") return namesIn(value, setting, onName);
  if (Array.isArray(value)) {
    for (const item of value) visit(item, `${setting}.*`, onName);
  } else if (isObject(value)) {
    const { source, id } = value;
    if (source === "env" && typeof id === "string" && new RegExp(`^${name}$`).test(id)) onName(id, setting);
    for (const [key, item] of Object.entries(value)) {
      visit(item, setting === "" ? key : `${setting}.${key}`, onName);
    }
  }
}

function namesIn(text: string, setting: string, onName: OnName): void {
  const whole = wholeText.exec(text.trim())?.[1];
  if (whole !== undefined) onName(whole, setting);
  for (const [, escaped, named] of text.matchAll(reference)) if (escaped === "") onName(named!, setting);
  const isName = new RegExp(`^${name}$`).test(text);
  const asks =
    namingSetting.test(setting) || /^secrets\.providers\..+\.(?:passEnv|allowlist)\.\*$/.test(setting);
  if (isName && asks) onName(text, setting);
}

interface Source {
  readonly where: NeededVariable["where"];
  readonly file: string | null;
  readonly variables: Environment;
}

export interface VariableSurroundings extends Surroundings {
  readonly places: Places;
  readonly configFile: string | null;
  /** What a backup takes. */
  readonly roots: readonly Root[];
}

/** What a config needs of its environment, and where that stands, by name. The best place counts, not OpenClaw's order. */
export function neededVariables(config: unknown, surroundings: VariableSurroundings): NeededVariable[] {
  const named = variablesNamedBy(config);
  if (named.size === 0) return [];
  const sources = sourcesOf(config, surroundings);
  return [...named]
    .map(([variableName, settings]) => {
      const source = sources.find(({ variables }) => variable(variables, variableName) !== undefined);
      return { name: variableName, settings, where: source?.where ?? "nowhere", file: source?.file ?? null };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The best first. */
function sourcesOf(config: unknown, { env, cwd, places, configFile, roots }: VariableSurroundings): Source[] {
  const { home, stateDir, configDir } = places;
  const isTaken = (file: string) => isInBackup(file, roots);
  const read = [path.join(configDir, ".env")];
  // OpenClaw reads this one beside the default state dir only.
  if (stateDir === path.join(home, ".openclaw"))
    read.push(path.join(home, ".config", "openclaw", "gateway.env"));
  read.push(path.join(cwd, ".env"));
  const services = [
    path.join(stateDir, "gateway.systemd.env"),
    ...envFilesIn(path.join(stateDir, "service-env")),
  ];
  const dotenv = read.map((file): Source => sourceOf(isTaken(file) ? "file" : "file-outside", file));
  return [
    ...dotenv.filter(({ where }) => where === "file"),
    { where: "file", file: configFile, variables: inConfig(config) },
    ...services.filter(isTaken).map((file) => sourceOf("service", file)),
    ...dotenv.filter(({ where }) => where === "file-outside"),
    { where: "environment", file: null, variables: env },
  ];
}

function sourceOf(where: Source["where"], file: string): Source {
  try {
    return { where, file, variables: parseEnv(fs.readFileSync(file, "utf8")) };
  } catch {
    // Each of them may be missing.
    return { where, file, variables: {} };
  }
}

function envFilesIn(dir: string): string[] {
  try {
    const names = fs.readdirSync(dir).filter((one) => one.endsWith(".env"));
    return names.toSorted().map((one) => path.join(dir, one));
  } catch {
    return [];
  }
}

/** `env.vars`, and the texts directly in `env`. */
function inConfig(config: unknown): Environment {
  const env = isObject(config) ? config["env"] : undefined;
  if (!isObject(env)) return {};
  const vars = isObject(env["vars"]) ? env["vars"] : {};
  return Object.fromEntries(
    Object.entries({ ...env, ...vars }).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value]] : [],
    ),
  );
}

/** By place alone: none of these names is left out by a rule. */
function isInBackup(file: string, roots: readonly Root[]): boolean {
  const real = realPath(file);
  return real !== undefined && roots.some((root) => isWithin(real, realPath(root.path) ?? root.path));
}

/** What to do about those that a backup does not bring along, for people. */
export function variableWarnings(needed: readonly NeededVariable[]): string[] {
  const lines = new Map<string, string[]>();
  for (const { name: one, where, file } of needed) {
    if (where === "file") continue;
    const why = {
      service: `in ${file ?? ""} alone, which the service of this machine reads`,
      "file-outside": `in ${file ?? ""}, which is not backed up`,
      environment: "in no file that is backed up",
      nowhere: "in no file that is backed up",
    }[where];
    lines.set(why, [...(lines.get(why) ?? []), one]);
  }
  return Array.from(lines, ([why, names]) => {
    const one = names.length === 1;
    return `the config needs ${names.join(", ")}, which ${one ? "is" : "are"} ${why}: set ${one ? "it" : "them"} on the new machine`;
  });
}
