import fs from "node:fs";
import path from "node:path";
import JSON5 from "json5";
import { readConfigFile } from "./config-file.ts";
import { isObject } from "./config.ts";
import type { Installation } from "./installation.ts";

/** A secret that this installation uses, to be searched for elsewhere. */
export interface SecretValue {
  /** `config-value`, `env-value` or `credential-value`: where it stands. */
  readonly from: string;
  readonly value: string;
}

const fileBytesMax = 2 * 1024 * 1024;
/** Shorter ones are found in too much that is none of theirs. */
const lengthMin = 8;
const lengthMax = 8192;

const secretName =
  /token|api[-_]?key|secret|passw|passphrase|credential|authorization|cookie|bearer|webhook|(?:private|access|session|encryption|signing|auth)[-_]?key|^(?:key|pass|pwd|access|refresh|dsn)$|_(?:key|pass|pwd|dsn)$/i;
/** Named like a secret, but what it holds says how or where. */
const aboutSecrets =
  /(?:file|path|dir|provider|mode|type|name|source|prefix|suffix|header|scope|id|env|ttl|expiry)s?$/i;
/** Settings that stand in notes without being secret. */
const openName =
  /model|version|host|port|path|dir|home|lang|tz$|zone|level|name|region|user|email|node|log|term|shell|editor|display/i;
const openWords = new Set([
  "password",
  "changeme",
  "undefined",
  "disabled",
  "required",
  "optional",
  "redacted",
  "loopback",
]);

/**
 * The secret values in configuration, `.env` and credential files of an installation, and in these files of workspaces.
 * What cannot be read or parsed adds nothing: it is sealed itself.
 */
export class SecretValues {
  readonly #installation: Installation;
  #values: Map<string, string> | undefined;

  /** Reads nothing yet: a config that cannot be read is in the way of those only who have something to search. */
  constructor(installation: Installation) {
    this.#installation = installation;
  }

  /** One of a workspace. */
  addEnvFile(file: string | Buffer): void {
    collectFromEnv(read(file) ?? "", adder(this.#known(), "env-value"));
  }

  get count(): number {
    return this.#known().size;
  }

  /** Later ones stand behind those of before. */
  list(): SecretValue[] {
    return [...this.#known()].map(([value, from]) => ({ from, value }));
  }

  #known(): Map<string, string> {
    this.#values ??= valuesOf(this.#installation);
    return this.#values;
  }
}

/** Each with where it stands. */
function valuesOf(installation: Installation): Map<string, string> {
  const values = new Map<string, string>();
  collect(configOf(installation), "", adder(values, "config-value"));
  for (const file of credentialFiles(installation)) collectFromJson(file, adder(values, "credential-value"));
  for (const file of envFiles(installation)) collectFromEnv(read(file) ?? "", adder(values, "env-value"));
  return values;
}

function adder(values: Map<string, string>, from: string): (value: string) => void {
  return (value) => {
    for (const one of partsOf(value)) if (!values.has(one)) values.set(one, from);
  };
}

/** With all it includes: what lies outside of its directory is a root of its own. */
function configOf({ configFile, roots }: Installation): unknown {
  if (configFile === null) return {};
  const places = roots.filter(({ kind }) => kind === "config").map((root) => path.dirname(root.path));
  return readConfigFile(configFile, places, () => {}).value;
}

function credentialFiles({ stateDir, credentialsDir, agents }: Installation): string[] {
  return [
    path.join(stateDir, "secrets.json"),
    ...jsonIn(credentialsDir),
    ...jsonIn(path.join(stateDir, "secrets")),
    ...agents.flatMap(({ agentDir }) =>
      ["auth-profiles.json", "auth.json", "models.json"].map((name) => path.join(agentDir, name)),
    ),
  ];
}

function envFiles({ stateDir, configDir, home }: Installation): string[] {
  const user = path.join(home, ".config", "openclaw");
  return [
    ...new Set([
      path.join(stateDir, ".env"),
      path.join(configDir, ".env"),
      path.join(stateDir, "gateway.systemd.env"),
      path.join(stateDir, "node.systemd.env"),
      path.join(user, "gateway.env"),
      path.join(user, ".env"),
    ]),
  ];
}

function jsonIn(directory: string): string[] {
  try {
    return fs
      .readdirSync(directory)
      .filter((name) => name.endsWith(".json"))
      .map((name) => path.join(directory, name));
  } catch {
    return [];
  }
}

function read(file: string | Buffer): string | undefined {
  try {
    const stats = fs.statSync(file);
    return stats.isFile() && stats.size <= fileBytesMax ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function collectFromJson(file: string, add: (value: string) => void): void {
  try {
    collect(JSON5.parse(read(file)?.replace(/^\uFEFF/, "") ?? "null"), "", add);
  } catch {
    // A broken one has no values; the config itself was parsed before.
  }
}

function collect(value: unknown, name: string, add: (value: string) => void): void {
  if (Array.isArray(value)) for (const item of value) collect(item, name, add);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) collect(item, key, add);
  else if (typeof value === "string" && isSecret(name, value)) add(value);
}

function collectFromEnv(text: string, add: (value: string) => void): void {
  const line = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|`[^`]*`|[^\n]*)/gm;
  for (const [, name, raw] of text.matchAll(line)) {
    const quoted = /^(["'`])(.*)\1$/s.exec(raw!);
    const value = quoted === null ? raw!.replace(/\s+#.*$/, "").trim() : quoted[2]!;
    if (isSecret(name!, value) || (!openName.test(name!) && looksRandom(value))) add(value);
  }
}

function isSecret(name: string, value: string): boolean {
  return secretName.test(name) && !aboutSecrets.test(name) && !isReference(value);
}

/** A variable's name or a place, which say where the secret is. */
function isReference(value: string): boolean {
  return /^[A-Z][A-Z0-9]*_[A-Z0-9_]*$|^\$|^(?:~|\.{0,2})\/[^\s]*$/.test(value.trim()) || value.includes("${");
}

function looksRandom(value: string): boolean {
  return (
    value.length >= 16 &&
    /\d/.test(value) &&
    /[a-z]/i.test(value) &&
    !isReference(value) &&
    !isPlainUrl(value)
  );
}

function isPlainUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s@?#]*$/i.test(value);
}

/** What to search for: a value as it is, the lines of a long one, the password of an address. */
function partsOf(value: string): string[] {
  const whole = value.trim().replace(/^(?:Bearer|Basic)\s+/i, "");
  const lines = whole.split(/\r?\n|\\n/).map((line) => line.trim());
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i.exec(whole)?.[1];
  return [...lines, ...(password === undefined ? [] : [password])].filter(
    (part) =>
      part.length >= lengthMin &&
      part.length <= lengthMax &&
      !part.startsWith("-----") &&
      !openWords.has(part.toLowerCase()) &&
      new Set(part).size > 2,
  );
}
