import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { breathe } from "../../system/breathe.ts";
import { type DatabaseRule, databaseRules, knownVersions } from "./database-rules.ts";
import { rekey } from "./digest-keys.ts";
import { searchDatabase } from "./database-search.ts";
import { Findings } from "./findings.ts";
import { rescopeMemory } from "./memory-scope.ts";
import type { MemorySettings } from "./memory-settings.ts";
import { hasColumns, RowWriter, type RowWriterOptions } from "./row-writer.ts";
import { inTransaction } from "./staged-database.ts";
import type { TimeArgument } from "./staged-tree.ts";

export interface DatabaseSetting extends RowWriterOptions {
  readonly timeArgument: TimeArgument;
  /** Old paths that keys may be digests of. */
  readonly places: readonly string[];
  /** What the configs said of it. */
  readonly memory: MemorySettings;
  /** Where a path of this machine leads to. */
  readonly realPath: (path: string) => string;
  /** When to end a search, by `Date.now()`. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** Rewrites what is known of one of OpenClaw's databases, then looks for what is left. Throws only where it is aborted. */
export async function rewriteDatabase(place: string, setting: DatabaseSetting): Promise<void> {
  const { findings, file, signal } = setting;
  const found = new Findings();
  try {
    await inTransaction(place, setting.timeArgument, (db) =>
      rewriteRows(db, { ...setting, findings: found }),
    );
    findings.add(found);
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    findings.left(file, "", `the database cannot be rewritten, and is as it was: ${why}`);
  }
}

async function rewriteRows(db: DatabaseSync, setting: DatabaseSetting): Promise<void> {
  const rows = new RowWriter(db, setting);
  const orphans = orphansIn(db);
  rekey(db, rows, setting);
  rescopeMemory(db, rows, setting);
  for (const rule of databaseRules) {
    await breathe(setting.signal);
    applyRule(rows, rule, setting);
  }
  tellUnknown(db, setting);
  if (Changes.parse(db.prepare("select total_changes() as changes").get()).changes > 0)
    setting.findings.touch(setting.file);
  assertSound(db, orphans);
  await searchDatabase(db, setting);
}

const Changes = z.looseObject({ changes: z.number() });

function applyRule(rows: RowWriter, rule: DatabaseRule, setting: DatabaseSetting): void {
  if (rule.action === "path") rows.updatePaths(rule.table, rule.column);
  if (rule.action === "json") rows.updateJson(rule.table, rule.column, rule.keeps);
  if (rule.action === "drop") {
    const dropped = rows.drop(rule.table);
    if (dropped > 0 && rule.tell !== undefined)
      setting.findings.note(
        `${rule.tell} (${dropped}) were removed from ${setting.file}: they ${rule.because}`,
      );
  }
}

const Version = z.looseObject({ user_version: z.number() });
const Role = z.looseObject({ role: z.string() });

/** A newer schema may name places where nobody here knows of. */
function tellUnknown(db: DatabaseSync, { findings, file }: DatabaseSetting): void {
  if (!hasColumns(db, "schema_meta", ["meta_key", "role"])) return;
  const role = Role.safeParse(db.prepare("select role from schema_meta where meta_key = 'primary'").get());
  const version = Version.parse(db.prepare("pragma user_version").get()).user_version;
  const known = role.success ? knownVersions[role.data.role] : undefined;
  if (known !== undefined && version > known)
    findings.left(
      file,
      "",
      `is of a newer schema (${version}) than this ocbak knows (${known}): only what it knows was rewritten`,
    );
}

const Check = z.looseObject({ quick_check: z.string() });

function assertSound(db: DatabaseSync, orphans: number): void {
  const { quick_check: said } = Check.parse(db.prepare("pragma quick_check(1)").get());
  if (said !== "ok") throw new Error(said);
  if (orphansIn(db) > orphans) throw new Error("rows would have lost those that they belong to");
}

/** Of the tables whose keys change, one hangs on another. */
function orphansIn(db: DatabaseSync): number {
  const table = "workspace_generated_bootstrap_hashes";
  if (!hasColumns(db, table, [])) return 0;
  return db.prepare(`pragma foreign_key_check(${table})`).all().length;
}
