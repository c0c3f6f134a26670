import type { DatabaseSync } from "node:sqlite";
import path from "node:path";
import { z } from "zod";
import type { Findings } from "./findings.ts";
import { type ExtraPath, type MemorySettings, Multimodal } from "./memory-settings.ts";
import type { PathMapper } from "./path-mapper.ts";
import { hasColumns, type RowWriter } from "./row-writer.ts";
import { sha256 } from "./sha256.ts";

export interface ScopeSetting {
  readonly findings: Findings;
  readonly file: string;
  readonly memory: MemorySettings;
  /** Old places that a relative path may be below of. */
  readonly places: readonly string[];
}

const Meta = z.looseObject({ scopeHash: z.string() });
const Row = z.looseObject({ id: z.number(), value: z.string() });

/**
 * The index of an agent's memory holds for the further paths it was made of, known by a digest of them (memory-core,
 * manager-reindex-state of 2026.9.6); for others OpenClaw leaves it alone, and finds nothing until it is made anew. The paths
 * are in the config; which of its lists are the agent's own the digest tells.
 */
export function rescopeMemory(db: DatabaseSync, rows: RowWriter, setting: ScopeSetting): void {
  const table = "memory_index_meta";
  if (!hasColumns(db, table, ["key", "value"])) return;
  const sql = `select rowid as id, value from ${table} where key = 'memory_index_meta_v1'`;
  for (const row of db.prepare(sql).all()) {
    const { id, value } = Row.parse(row);
    const meta = metaOf(value);
    if (meta === undefined) continue;
    const scopeHash = newScope(meta.scopeHash, rows.mapper, setting);
    if (scopeHash === undefined || rows.mapper.find(value) !== undefined)
      setting.findings.left(
        setting.file,
        `${table}.value`,
        `${madeOf}: openclaw memory index --force makes it anew`,
      );
    else if (scopeHash !== meta.scopeHash)
      rows.set(table, "value", { id, value: JSON.stringify({ ...meta, scopeHash }) });
  }
}

function metaOf(value: string): z.infer<typeof Meta> | undefined {
  try {
    return Meta.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}

const madeOf =
  "the index of the memory was made of folders that ocbak cannot tell, or by a model at its old place";

/** Undefined where no list gives the old one. */
function newScope(old: string, mapper: PathMapper, { memory, places }: ScopeSetting): string | undefined {
  const multimodal = [...memory.multimodal, Multimodal.parse({})];
  for (const list of combinations(memory.extraPaths)) {
    for (const resolved of resolutions(list, mapper, places)) {
      const found = multimodal.find((one) => digest(resolved, one) === old);
      if (found === undefined) continue;
      return digest(
        resolved.map((entry) => ({ ...entry, path: mapper.moved(entry.path) })),
        found,
      );
    }
  }
  return undefined;
}

/** None, those of all agents, those of one, and both. */
function combinations(lists: MemorySettings["extraPaths"]): ExtraPath[][] {
  const some = lists.slice(0, 32);
  return [[], ...some, ...some.flatMap((one) => some.map((other) => [...one, ...other]))].map((list) => [
    ...new Map(
      list.filter((entry) => entry.path !== "").map((entry) => [`${entry.path}\0${entry.pattern}`, entry]),
    ).values(),
  ]);
}

const tilde = /^~(?=$|[\\/])/;

/** A relative path is one in the agent's workspace, and the home is one of the places. */
function resolutions(
  list: readonly ExtraPath[],
  mapper: PathMapper,
  places: readonly string[],
): ExtraPath[][] {
  const homes = list.some((entry) => tilde.test(entry.path)) ? mapper.moves.map(({ from }) => from) : [""];
  const isRelative = list.some((entry) => !path.isAbsolute(entry.path) && !tilde.test(entry.path));
  const workspaces = isRelative ? places : ["/"];
  return homes.flatMap((home) =>
    workspaces.map((workspace) =>
      list.map((entry) => ({
        path: path.resolve(
          workspace,
          entry.path.replace(tilde, () => home),
        ),
        pattern: entry.pattern.replaceAll("\\", "/"),
      })),
    ),
  );
}

function digest(list: readonly ExtraPath[], multimodal: Multimodal): string {
  const entries = list.map(({ path: at, pattern }) => (pattern === "" ? at : { path: at, pattern }));
  const extraPaths = entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  return sha256(JSON.stringify({ extraPaths, multimodal }));
}
