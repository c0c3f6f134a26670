import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { utimesArgument } from "../../src/disk/times.ts";
import { InstallationRewrite } from "../../src/openclaw/rewrite/rewrite-installation.ts";
import { scratchHome } from "../support/restore.ts";

// As OpenClaw 2026.9.6 has it.
const schema = `CREATE TABLE schema_meta (meta_key TEXT PRIMARY KEY, role TEXT);
  CREATE TABLE session_nodes (session_key TEXT PRIMARY KEY, entry_json TEXT, updated_at INTEGER,
    entry_valid INTEGER NOT NULL DEFAULT 0 CHECK (entry_valid IN (-1, 0, 1)));
  CREATE TRIGGER session_nodes_entry_valid_after_entry_update AFTER UPDATE OF entry_json ON session_nodes
  BEGIN UPDATE session_nodes SET entry_valid = 0 WHERE session_key = NEW.session_key; END`;

function entry(place: string): string {
  return JSON.stringify({ skill: `${place}/skills/one` });
}

it("a session whose skills move is as valid as it was: doctor would want to repair it", async () => {
  const { home, remove } = scratchHome();
  try {
    const folder = join(home, "state/agents/main/agent");
    mkdirSync(folder, { recursive: true });
    using database = new DatabaseSync(join(folder, "openclaw-agent.sqlite"));
    database.exec(schema);
    const insert = database.prepare("INSERT INTO session_nodes VALUES (?, ?, 1, ?)");
    for (const valid of [1, 0, -1]) insert.run(`agent:main:${valid}`, entry("/home/al"), valid);
    const rewriting = new InstallationRewrite({
      moves: [{ from: "/home/al", to: "/home/bo" }],
      configFile: null,
      timeArgument: utimesArgument,
      realPath: (path) => path,
    });
    await rewriting.run([{ id: "state", base: join(home, "state"), sourcePath: "/home/al/.openclaw" }]);
    const rows = database.prepare("SELECT entry_json, entry_valid FROM session_nodes ORDER BY entry_valid");
    expect(rows.all()).toMatchObject(
      [-1, 0, 1].map((valid) => ({ entry_json: entry("/home/bo"), entry_valid: valid })),
    );
  } finally {
    remove();
  }
});
