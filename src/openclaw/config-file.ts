import fs from "node:fs";
import path from "node:path";
import JSON5 from "json5";
import { OpenClawError } from "./errors.ts";
import { isObject } from "./config.ts";

const maxIncludeBytes = 2 * 1024 * 1024;
const maxIncludeDepth = 10;

/** A config with its `$include` files merged in. */
export interface ConfigFiles {
  readonly value: Record<string, unknown>;
  /** The included files, in the order they were met. */
  readonly includes: readonly string[];
}

/**
 * Reads a config file and follows `$include` by OpenClaw's rules: relative to the including file, arrays merged in
 * order, siblings win, lists are joined, files only below the config's directory or `includeRoots`. An include that
 * OpenClaw would refuse, or that is missing, is a warning. Throws `bad-config`, for an include with broken text too.
 */
export function readConfigFile(
  file: string,
  includeRoots: readonly string[],
  warn: (line: string) => void,
): ConfigFiles {
  const allowed = [path.dirname(file), ...includeRoots];
  const reader: Reader = { allowed: [...allowed, ...allowed.map(realPath)], includes: [], warn };
  const value = resolveIncludes(parseFile(file), file, [file], reader);
  if (!isObject(value)) throw badConfig(file, "holds no object");
  return { value, includes: reader.includes };
}

interface Reader {
  readonly allowed: readonly string[];
  readonly includes: string[];
  readonly warn: (line: string) => void;
}

function resolveIncludes(value: unknown, file: string, chain: readonly string[], reader: Reader): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveIncludes(item, file, chain, reader));
  if (!isObject(value)) return value;
  const { $include: include, ...siblings } = value;
  const rest = Object.fromEntries(
    Object.entries(siblings).map(([key, item]) => [key, resolveIncludes(item, file, chain, reader)]),
  );
  if (include === undefined) return rest;
  let included: unknown = {};
  for (const name of Array.isArray(include) ? include : [include]) {
    const content = readInclude(name, file, chain, reader);
    if (content !== undefined) included = Array.isArray(include) ? merge(included, content) : content;
  }
  return Object.keys(rest).length === 0 ? included : merge(included, rest);
}

/** `undefined` if the include was passed over with a warning. */
function readInclude(name: unknown, from: string, chain: readonly string[], reader: Reader): unknown {
  if (typeof name !== "string" || name.includes("\0")) {
    reader.warn(`an $include of ${from} is not the name of a file and was not followed`);
    return undefined;
  }
  const file = path.resolve(path.dirname(from), name);
  const refused = refusal(file, chain, reader.allowed);
  if (refused !== undefined) {
    reader.warn(`the $include ${file} ${refused} and was not followed: what it names is not backed up`);
    return undefined;
  }
  if (!reader.includes.includes(file)) reader.includes.push(file);
  return resolveIncludes(parseFile(file), file, [...chain, file], reader);
}

function refusal(file: string, chain: readonly string[], allowed: readonly string[]): string | undefined {
  if (chain.includes(file)) return "includes itself";
  if (chain.length > maxIncludeDepth) return `is nested deeper than ${maxIncludeDepth}`;
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return "does not exist";
  if (!stat.isFile()) return "is no file";
  if (stat.size > maxIncludeBytes) return "is larger than 2 MiB";
  const inside = (candidate: string) => allowed.some((dir) => isBelow(candidate, dir));
  if (!inside(file) || !inside(realPath(file)))
    return "lies outside the config's directory and OPENCLAW_INCLUDE_ROOTS";
  return undefined;
}

function isBelow(candidate: string, dir: string): boolean {
  const relative = path.relative(dir, candidate);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function realPath(name: string): string {
  try {
    return fs.realpathSync.native(name);
  } catch {
    return name;
  }
}

function merge(target: unknown, source: unknown): unknown {
  if (Array.isArray(target) && Array.isArray(source)) return [...target, ...source];
  if (!isObject(target) || !isObject(source)) return source;
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(source)) {
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

function parseFile(file: string): unknown {
  let content: string;
  try {
    content = fs.readFileSync(file, "utf8");
  } catch (cause) {
    throw badConfig(file, "cannot be read", cause);
  }
  try {
    return JSON5.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const { lineNumber, columnNumber } = cause as { lineNumber?: number; columnNumber?: number };
    // No cause: its message quotes the text, which may be a key or token.
    throw badConfig(file, `is not JSON5: line ${lineNumber ?? "?"}, column ${columnNumber ?? "?"}`);
  }
}

function badConfig(file: string, what: string, cause?: unknown): OpenClawError {
  const good = `${file}.last-good`;
  const spare = fs.existsSync(good)
    ? `, or set OPENCLAW_CONFIG_PATH=${good}, OpenClaw's own last good copy`
    : "";
  return new OpenClawError("bad-config", `the config file ${file} ${what}`, {
    hint: `fix it${spare}, or name another installation with --state-dir or --profile, or leave the config unread with --state-only`,
    cause,
  });
}
