import { join } from "node:path";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import { mark, restrict } from "../support/attributes.ts";
import { insertRows, otherProcess, settle } from "../support/databases.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld } from "../support/world.ts";

it("extended attributes and ACLs of what is taken are told, and cost nothing else", async (context) => {
  const world = await makeWorld();
  plant(world.home, { ...smallInstallation, ".openclaw/logs/a.log": "x" });
  const at = (path: string) => join(world.home, ".openclaw", path);
  const archive = join(world.archives, "a.ocbak");
  const none = await world.ocbak(["create", "--json", "-o", archive]);
  expect((JSON.parse(none.out) as CreateReport).notCaptured.extendedAttributes).toEqual({
    entries: 0,
    examples: [],
  });
  // Logs are left out, so what they have is no loss.
  mark(context, at("openclaw.json"), at("workspace/MEMORY.md"), at("logs/a.log"));
  restrict(context, at("workspace"));
  const { status, out } = await world.ocbak(["create", "--json", "-o", join(world.archives, "b.ocbak")]);
  const { complete, notCaptured } = JSON.parse(out) as CreateReport;
  expect([status, complete]).toEqual([0, true]);
  expect(notCaptured.extendedAttributes).toEqual({
    entries: 3,
    examples: ["state/openclaw.json", "workspace.main", "workspace.main/MEMORY.md"].map((path) => ({ path })),
  });
  const text = await world.ocbak(["create", "-o", join(world.archives, "c.ocbak")]);
  expect(text.out).toMatch(
    /^Not in the archive: extended attributes and ACLs of 3 entries \(state\/openclaw/m,
  );
  const quiet = await world.ocbak(["create", "--quiet", "-o", join(world.archives, "d.ocbak")]);
  expect([quiet.status, quiet.out]).toEqual([0, ""]);
});

it("what SQLite leaves beside databases is one notice, and a private copy says why it is one", async () => {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  const files = ["one", "two", "three"].map((name) => join(world.home, `.openclaw/browser-like/${name}`));
  mkdirSync(join(world.home, ".openclaw/browser-like"));
  for (const file of files) {
    using database = new DatabaseSync(file);
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE notes (body)");
  }
  const [one, two, three] = files as [string, string, string];
  for (const file of [one, two]) {
    const kill = await otherProcess(
      file,
      `db.exec("PRAGMA wal_autocheckpoint = 0"); ${insertRows(5)} console.log("up")`,
    );
    await kill();
    rmSync(`${file}-shm`);
  }
  await otherProcess(three, `db.exec("PRAGMA locking_mode = EXCLUSIVE"); ${insertRows(5)} console.log("up")`);
  await settle();
  const archive = join(world.archives, "a.ocbak");
  const { status, out } = await world.ocbak(["create", "--json", "-o", archive]);
  const report = JSON.parse(out) as CreateReport;
  expect([status, report.complete, report.warnings]).toEqual([0, true, expect.not.arrayContaining([one])]);
  expect(report.notices).toEqual([
    expect.stringMatching(/-shm file beside 2 databases: harmless/),
    expect.stringMatching(/^1 database copied as files/),
  ]);
  expect(report.findings).toContainEqual({
    path: "state/browser-like/three",
    status: "database",
    reason: "its files were copied and recovered, as another program keeps it locked",
  });
  for (const file of [one, two]) {
    expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([true, true]);
    expect(rowsOfLive(file)).toBe(5);
  }
  const listed = await world.ocbak(["ls", "-l", archive, "state/browser-like/three"]);
  expect(listed.out).toContain("state/browser-like/three");
});

function rowsOfLive(file: string): unknown {
  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  return database.prepare("SELECT count(*) AS n FROM notes").get()!["n"];
}
