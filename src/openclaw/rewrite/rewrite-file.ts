import { ftruncateSync } from "node:fs";
import path from "node:path";
import JSON5 from "json5";
import { isObject } from "../config.ts";
import { rewriteEnv } from "./env-text.ts";
import type { FileForm } from "./file-rules.ts";
import type { Findings } from "./findings.ts";
import type { Mapped, PathMapper } from "./path-mapper.ts";
import { movedList, pathsOfList, variablesIn } from "./path-list.ts";
import { type Replacement, rewriteStrings } from "./rewrite-strings.ts";
import { inPlace, readText, type TimeArgument, writeAt } from "./staged-tree.ts";

export interface FileSetting {
  readonly mapper: PathMapper;
  readonly findings: Findings;
  readonly timeArgument: TimeArgument;
}

/** Text files of OpenClaw's are small; an include may have 2 MiB. */
export const maxTextBytes = 16 * 1024 * 1024;

/**
 * Rewrites one file as it is staged; a file without old places is not touched. Returns the text it had, undefined where that
 * is none.
 */
export function rewriteFile(
  { place, file }: { readonly place: string; readonly file: string },
  form: FileForm,
  { mapper, findings, timeArgument }: FileSetting,
): string | undefined {
  try {
    const text = readText(place, maxTextBytes);
    if (text === undefined) {
      findings.left(file, "", "is no text, or too large: not looked into");
      return undefined;
    }
    const changes: Mapped[] = [];
    const result = rewrittenText(text, form, mapper, (mapped) => changes.push(mapped));
    if (result === undefined) findings.left(file, "", "cannot be understood, and is as it was");
    else if (result !== text) {
      inPlace(place, timeArgument, (fd) => {
        const bytes = Buffer.from(result);
        writeAt(fd, bytes, 0);
        ftruncateSync(fd, bytes.length);
      });
      for (const { move } of changes) findings.count(file, move);
    }
    const remaining = mapper.find(result ?? text);
    if (remaining !== undefined && result !== undefined)
      findings.left(file, remaining, "in a comment, a key or a longer text: look at it");
    return text;
  } catch (error) {
    findings.left(file, "", `cannot be rewritten: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function rewrittenText(
  text: string,
  form: FileForm,
  mapper: PathMapper,
  onChange: (mapped: Mapped) => void,
): string | undefined {
  const map = (value: string): Mapped | undefined => {
    const mapped = mapper.map(value);
    if (mapped !== undefined) onChange(mapped);
    return mapped;
  };
  if (form === "env") return rewriteEnv(text, mapper, onChange);
  if (form === "path") return rewritePathLine(text, map);
  if (text.trim() === "") return text;
  const config = parsed(text);
  const variables = variablesIn(config);
  const mapVariable = (value: string): Replacement | undefined => {
    const paths = variables.has(value) ? pathsOfList(value) : undefined;
    if (paths === undefined) return map(value);
    const list = paths === "mixed" ? undefined : movedList(paths, mapper);
    list?.changes.forEach(onChange);
    return list;
  };
  const result = config === undefined ? undefined : rewriteStrings(text, mapVariable);
  return result !== undefined && parses(result) ? result : undefined;
}

/** `gitdir: PATH`, or a path alone. */
function rewritePathLine(text: string, map: (value: string) => Mapped | undefined): string {
  const [, prefix = "", value = "", end = ""] = /^(gitdir: )?(.*?)(\r?\n)?$/s.exec(text) ?? [];
  const mapped = map(value);
  return mapped === undefined ? text : prefix + mapped.head + mapped.tail + end;
}

function parses(text: string): boolean {
  return parsed(text) !== undefined;
}

/** Undefined where it is no JSON5. */
export function parsed(text: string): unknown {
  try {
    return JSON5.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** The old places of the files that a config includes, by `$include` anywhere in it. */
export function includesOf(text: string, oldPlace: string): string[] {
  const names: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    if (!isObject(value)) return;
    const { $include: include, ...rest } = value;
    names.push(...[include].flat().filter((name) => typeof name === "string"));
    Object.values(rest).forEach(collect);
  };
  collect(parsed(text));
  return names.map((name) => path.resolve(path.dirname(oldPlace), name));
}
