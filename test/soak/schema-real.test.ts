import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseRules } from "../../src/openclaw/rewrite/database-rules.ts";
import { demand } from "../e2e/support/command.ts";
import { newHome, offline } from "../e2e/support/installations/made.ts";
import { onboard, openclaw, sessions, stateDir, type Installation } from "../e2e/support/installation.ts";
import { openWorld, type World } from "../e2e/support/world.ts";
import { rowsNaming } from "../support/named-rows.ts";
import { makeTable, type OwnTable, tablesOf } from "../support/openclaw-schema.ts";
import { insertRows, readTables, rewriteState } from "../support/rewrite.ts";

/** The fresh databases of the real client, and which of the tables that the tests know each is to have. */
const databases = [
  { role: "global", file: "state/openclaw.sqlite", version: 18 },
  { role: "agent", file: "agents/molty/agent/openclaw-agent.sqlite", version: 23 },
  { role: "quarantine", file: "state/openclaw-quarantine.sqlite", version: 2 },
] as const;

const stack = new AsyncDisposableStack();
let installation: Installation;
let world: World;

beforeAll(async () => {
  world = stack.use(await openWorld());
  installation = await newHome(world, "schema");
  await onboard(installation, world.model.url);
  await offline(installation);
  // Makes the agent's database and that of the checks.
  await demand(openclaw(installation, "memory", "index"));
});

afterAll(() => stack.disposeAsync());

const real = (file: string): string => join(stateDir(installation), file);

describe.each(databases)("the $role database of the real client", ({ role, file, version }) => {
  it.each(tablesOf[role])("has the table %s as the tests make it", (table) => {
    expect(shapeOf(real(file), table)).toEqual(shapeOf(":memory:", table));
  });

  it("is of the version that the rules are for", () => {
    using db = new DatabaseSync(real(file), { readOnly: true });
    expect(db.prepare("pragma user_version").get()).toEqual({ user_version: version });
  });
});

it("the rules of a rewrite name nothing but tables and columns that the real client has", () => {
  const columns = new Set(databases.flatMap(({ file }) => columnsIn(real(file))));
  for (const rule of databaseRules)
    expect(columns).toContain("column" in rule ? `${rule.table}.${rule.column}` : rule.table);
});

/** Tables that a rewrite empties. */
const dropped = new Set(databaseRules.filter(({ action }) => action === "drop").map(({ table }) => table));

function omit(tables: object, names: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(tables).filter(([name]) => !names.has(name)));
}

it("rows in the real client's own tables move there and back", async () => {
  const state = stateDir(installation);
  const [a, b] = ["/home/al", "/home/al/in"];
  insertRows(state, [rowsNaming(a, 1), rowsNaming(b, 2)]);
  const before = readTables(state);
  const there = [
    { from: a, to: "/srv/bo" },
    { from: b, to: "/home/al" },
  ];
  const back = [
    { from: "/srv/bo", to: a },
    { from: "/home/al", to: b },
  ];
  const report = await rewriteState(state, there, [a, b]);
  expect(report.left.filter(({ history }) => history !== true)).toEqual([]);
  expect(readTables(state)).not.toEqual(before);
  await rewriteState(state, back, ["/srv/bo", "/home/al"]);
  expect(readTables(state)).toEqual(omit(before, dropped));
  expect(await sessions(installation)).toEqual({});
});

/** Columns, unique keys and what refers to what. */
function shapeOf(file: string, table: OwnTable): object {
  using db = new DatabaseSync(file, { readOnly: file !== ":memory:" });
  if (file === ":memory:") db.exec(makeTable(table));
  const all = (sql: string, ...values: string[]): object[] => db.prepare(sql).all(...values);
  return {
    table: all("select type, wr, strict from pragma_table_list where name = ?", table),
    columns: all(`select name, type, "notnull", dflt_value, pk, hidden from pragma_table_xinfo(?)`, table),
    keys: all(
      `select l.origin, l.partial, i.seqno, i.name from pragma_index_list(?) l, pragma_index_info(l.name) i
       where l."unique" = 1 order by l.name, i.seqno`,
      table,
    ),
    refers: all(`select "table", "from", "to", on_delete from pragma_foreign_key_list(?)`, table),
  };
}

function columnsIn(file: string): string[] {
  using db = new DatabaseSync(file, { readOnly: true });
  const rows = db
    .prepare("select t.name as tableName, c.name from pragma_table_list t, pragma_table_info(t.name) c")
    .all() as { tableName: string; name: string }[];
  return rows.flatMap(({ tableName, name }) => [tableName, `${tableName}.${name}`]);
}
