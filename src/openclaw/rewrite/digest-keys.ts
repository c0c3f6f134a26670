import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { ValueMove } from "./column-moves.ts";
import type { PathMapper } from "./path-mapper.ts";
import { rewriteStrings } from "./rewrite-strings.ts";
import { hasColumns, type RowWriter } from "./row-writer.ts";
import { sha256 } from "./sha256.ts";
import { moveWorkspaces, realWorkspaces, type WorkspaceSetting } from "./workspace-rows.ts";

/** Digests of old paths and those of the new ones. */
type Digests = ReadonlyMap<string, string>;

export interface KeySetting extends WorkspaceSetting {
  /** Old paths that no row may name in full. */
  readonly places: readonly string[];
}

/**
 * Gives rows that are keyed by the SHA-256 of a path the key of the new one: what OpenClaw knows of a workspace, how its
 * config was made, what its memory has promoted.
 */
export function rekey(db: DatabaseSync, rows: RowWriter, setting: KeySetting): void {
  const { mapper } = rows;
  const reals = realWorkspaces(db, setting);
  const paths = [...new Set([...setting.places, ...reals.keys()])];
  moveWorkspaces(db, rows, reals, setting);
  const digests = digestsOf(paths, mapper, (path) => path);
  rows.update("config_machine_state", "state_key", (key) => newStateKey(key, mapper, digests));
  rekeyMemory(db, rows, digestsOf(paths, mapper, memoryPlace));
}

function digestsOf(paths: readonly string[], mapper: PathMapper, form: (path: string) => string): Digests {
  return new Map(
    paths.flatMap((path) => {
      const to = mapper.moved(path);
      return to === path ? [] : [[sha256(form(path)), sha256(form(to))] as const];
    }),
  );
}

/** `cron.quarantine:<path of the jobs>`, `onboarding.local.<digest of the config's path>`. */
function newStateKey(key: string, mapper: PathMapper, digests: Digests): string {
  const [, prefix, rest] = /^(cron\.quarantine:|onboarding\.local\.)(.*)$/s.exec(key) ?? [];
  if (prefix === undefined || rest === undefined) return key;
  return prefix + (digests.get(rest) ?? mapper.moved(rest));
}

const Memory = z.looseObject({ key: z.string() });

/** `entry_key`: digest of the workspace, colon, digest of a name, which may be a path, too (memory-core, dreaming-state). */
function rekeyMemory(db: DatabaseSync, rows: RowWriter, digests: Digests): void {
  const table = "plugin_state_entries";
  if (!hasColumns(db, table, ["plugin_id", "entry_key", "value_json"])) return;
  const { mapper } = rows;
  const found = db.prepare(
    `select rowid as id, entry_key as entryKey, value_json as json from ${table} where plugin_id = 'memory-core'`,
  );
  const replaced = (text: string) => {
    const head = replaceDigests(text, digests);
    return head === text ? undefined : { head, tail: "" };
  };
  const keys: ValueMove[] = [];
  for (const row of found.all()) {
    const { id, entryKey, json } = MemoryRow.parse(row);
    const value = rewriteStrings(json, (text) => rows.mapCounted(text) ?? replaced(text)) ?? json;
    const name = nameIn(json);
    const named = entryKey.replace(/:([0-9a-f]{64})$/, (all, digest: string) =>
      name !== undefined && digest === sha256(name) ? `:${sha256(mapper.moved(name))}` : all,
    );
    const key = replaceDigests(named, digests);
    if (key !== entryKey) keys.push({ id, from: entryKey, to: key });
    if (value !== json) rows.set(table, "value_json", { id, value });
  }
  rows.move({ table, column: "entry_key" }, keys);
}

const MemoryRow = z.looseObject({ id: z.number(), entryKey: z.string(), json: z.string() });

function nameIn(json: string): string | undefined {
  try {
    return Memory.safeParse(JSON.parse(json)).data?.key;
  } catch {
    return undefined;
  }
}

function replaceDigests(text: string, digests: Digests): string {
  return text.replaceAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g, (digest) => digests.get(digest) ?? digest);
}

/** As memory-core writes a workspace before it takes the digest. */
export function memoryPlace(path: string): string {
  const isWindows = /^[A-Za-z]:[\\/]/.test(path);
  return isWindows ? path.replaceAll("\\", "/").toLowerCase() : path;
}
