import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { bytesOf } from "../format/entry-path.ts";
import type { Root } from "./installation.ts";
import { isWithin, realPath } from "./outside.ts";
import { hasTable } from "./state-database.ts";
import type { TakenEntry } from "./taken-entry.ts";

/** Whether the files of a plugin are in a backup: all, all but downloaded packages (`node_modules`), or none. */
const Files = z.enum(["all", "without-packages", "none"]);

const text = z.string().nullable();

/** A plugin that somebody installed: it does not come with OpenClaw. */
export const Plugin = z.object({
  id: z.string(),
  /** `npm`, `git`, `path`, `archive`, `clawhub`, `marketplace`; or where it was found, as `global` or `workspace`. */
  source: z.string(),
  /** What to install to have the very same again. */
  spec: text,
  version: text,
  /** Where it lies. */
  installPath: text,
  /** Where it was installed from, if that is a place on this machine. */
  sourcePath: text,
  enabled: z.boolean().nullable(),
  files: Files,
});
export type Plugin = z.infer<typeof Plugin>;

const optional = z.string().optional().catch(undefined);

const InstallRecord = z.looseObject({
  source: z.string(),
  spec: optional,
  resolvedSpec: optional,
  version: optional,
  resolvedVersion: optional,
  installPath: optional,
  sourcePath: optional,
});

const Listed = z.looseObject({
  pluginId: z.string(),
  origin: optional,
  rootDir: optional,
  packageVersion: optional,
  enabled: z.boolean().optional().catch(undefined),
});

/** `config_machine_state['plugins.installedIndex']` of OpenClaw 2026.9.6. */
const InstalledIndex = z.looseObject({
  index: z.looseObject({
    installRecords: z.record(z.string(), z.unknown()).optional(),
    plugins: z.array(z.unknown()).optional(),
  }),
});

/** A plugin as OpenClaw has it on record. */
export type RecordedPlugin = Omit<Plugin, "files">;

/** By id; null where there is no index. Throws where the index is not as known. */
export function recordedPlugins(db: DatabaseSync): RecordedPlugin[] | null {
  if (!hasTable(db, "config_machine_state")) return null;
  const row = db
    .prepare("select value_json from config_machine_state where state_key = 'plugins.installedIndex'")
    .get();
  if (row === undefined) return null;
  const { index } = InstalledIndex.parse(
    JSON.parse(z.object({ value_json: z.string() }).parse(row).value_json),
  );
  const listed = (index.plugins ?? []).flatMap((item) => Listed.safeParse(item).data ?? []);
  const enabled = new Map(listed.map((one) => [one.pluginId, one.enabled ?? null]));
  const plugins = new Map<string, RecordedPlugin>();
  for (const [id, item] of Object.entries(index.installRecords ?? {})) {
    const record = InstallRecord.safeParse(item).data;
    if (record !== undefined) plugins.set(id, ofRecord(id, record, enabled.get(id) ?? null));
  }
  for (const one of listed) {
    if (one.origin !== undefined && one.origin !== "bundled" && !plugins.has(one.pluginId))
      plugins.set(one.pluginId, ofListed(one));
  }
  return [...plugins.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function ofRecord(
  id: string,
  record: z.infer<typeof InstallRecord>,
  enabled: boolean | null,
): RecordedPlugin {
  return {
    id,
    source: record.source,
    spec: record.resolvedSpec ?? record.spec ?? null,
    version: record.resolvedVersion ?? record.version ?? null,
    installPath: record.installPath ?? null,
    sourcePath: record.sourcePath ?? null,
    enabled,
  };
}

/** One that was put in its place by hand. */
function ofListed(one: z.infer<typeof Listed>): RecordedPlugin {
  return {
    id: one.pluginId,
    source: one.origin ?? "",
    spec: null,
    version: one.packageVersion ?? null,
    installPath: one.rootDir ?? null,
    sourcePath: null,
    enabled: one.enabled ?? null,
  };
}

/** Says of each whether its files are in a backup of these roots. */
export function withFiles(
  plugins: readonly RecordedPlugin[],
  entries: readonly TakenEntry[],
  roots: readonly Root[],
): Plugin[] {
  return plugins.map((plugin) => {
    const place = plugin.installPath ?? plugin.sourcePath;
    const entryPath = place === null ? undefined : entryPathOf(place, roots);
    return { ...plugin, files: entryPath === undefined ? "none" : filesBelow(entryPath, entries) };
  });
}

function filesBelow(entryPath: string, entries: readonly TakenEntry[]): Plugin["files"] {
  const inside = entries.filter(({ path: at }) => at === entryPath || at.startsWith(`${entryPath}/`));
  if (!inside.some(({ excluded }) => excluded === undefined)) return "none";
  const lacksPackages = inside.some(
    ({ path: at, excluded }) => excluded !== undefined && at.endsWith("/node_modules"),
  );
  return lacksPackages ? "without-packages" : "all";
}

/** Where a place on disk stands in an archive, as a byte string: below the innermost root around it. */
function entryPathOf(place: string, roots: readonly Root[]): string | undefined {
  const real = realPath(place);
  if (real === undefined) return undefined;
  const around = roots
    .flatMap(({ id, path: at }) => ({ id, base: realPath(at) ?? "" }))
    .filter(({ base }) => base !== "" && isWithin(real, base))
    .toSorted((a, b) => b.base.length - a.base.length)[0];
  if (around === undefined) return undefined;
  return bytesOf([around.id, ...path.relative(around.base, real).split(path.sep)].filter(Boolean).join("/"));
}
