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
  /** The settings that need it, `*` for the items of lists; `auth-profiles.<agent>.…` in the auth profiles. */
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
const profileSetting = "auth-profiles.";
/** What every machine sets by itself. */
const ofEveryMachine = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TERM|TMPDIR|TZ|PWD)$/;

/** Each variable that a config (with its includes) names, and the settings that do: by `${NAME}`, as a secret, to pass on. */
export function variablesNamedBy(config: unknown): Map<string, string[]> {
  const found = new Map<string, string[]>();
  visit(config, "", {
    onName: adder(found),
    namesIn: (text, setting) => namesIn(text, setting, adder(found)),
  });
  return found;
}

function adder(found: Map<string, string[]>): OnName {
  return (variableName, setting) => {
    if (ofEveryMachine.test(variableName)) return;
    const settings = found.get(variableName);
    if (settings === undefined) found.set(variableName, [setting]);
    else if (!settings.includes(setting)) settings.push(setting);
  };
}

type OnName = (variableName: string, setting: string) => void;

interface Visitor {
  readonly onName: OnName;
  /** Without it texts name nothing: they may be secrets. */
  readonly namesIn?: (text: string, setting: string) => void;
}

function visit(value: unknown, setting: string, visitor: Visitor): void {
  if (typeof value === "string") return visitor.namesIn?.(value, setting);
  if (Array.isArray(value)) {
    for (const item of value) visit(item, `${setting}.*`, visitor);
  } else if (isObject(value)) {
    const { source, id } = value;
    if (source === "env" && typeof id === "string" && new RegExp(`^${name}$`).test(id))
      visitor.onName(id, setting);
    for (const [key, item] of Object.entries(value)) {
      visit(item, setting === "" ? key : `${setting}.${key}`, visitor);
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

/**
 * What a config and the agents' auth profiles need of the environment, and where that stands, by name. The best place
 * counts, not OpenClaw's order.
 */
export function neededVariables(
  config: unknown,
  profiles: readonly { readonly agent: string; readonly store: unknown }[],
  surroundings: VariableSurroundings,
): NeededVariable[] {
  const named = variablesNamedBy(config);
  for (const { agent, store } of profiles)
    visit(store, `${profileSetting}${agent}`, { onName: adder(named) });
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
  const groups = new Map<string, { who: string; why: string; names: string[] }>();
  for (const one of needed) {
    if (one.where === "file") continue;
    const ofProfiles = one.settings.every((setting) => setting.startsWith(profileSetting));
    const who = ofProfiles ? "the auth profiles need" : "the config needs";
    const why = whyMissing(one);
    const group = groups.get(who + why) ?? { who, why, names: [] };
    group.names.push(one.name);
    groups.set(who + why, group);
  }
  return Array.from(groups.values(), ({ who, why, names }) => {
    const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
    return `${who} ${names.join(", ")}, which ${are} ${why}: set ${them} on the new machine`;
  });
}

function whyMissing({ where, file }: NeededVariable): string {
  if (where === "service") return `in ${file ?? ""} alone, which the service of this machine reads`;
  if (where === "file-outside") return `in ${file ?? ""}, which is not backed up`;
  return "in no file that is backed up";
}
