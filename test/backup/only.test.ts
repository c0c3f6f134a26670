import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

/** The workspace lies in the state dir, as it does by default. */
const source: Tree = {
  ".openclaw/openclaw.json": '{"source":1}',
  ".openclaw/credentials/whatsapp/default/creds.json": "creds of the source",
  ".openclaw/credentials/telegram.json": "telegram of the source",
  ".openclaw/memory.sqlite": { rows: 10 },
  ".openclaw/skills/a/SKILL.md": "a",
  ".openclaw/workspace/MEMORY.md": "memory of the source",
  ".openclaw/workspace/notes/one.md": "one",
};
const live: Tree = {
  ".openclaw/openclaw.json": '{"live":1}',
  ".openclaw/credentials/telegram.json": "telegram of the live one",
  ".openclaw/tools/node": "the program",
  ".openclaw/workspace/MEMORY.md": "memory of the live one",
  ".openclaw/workspace/mine.md": "mine",
};

let world: World;
let archive: string;
const at = (path: string): string => join(world.newHome, ".openclaw", path);
const text = (path: string): string => readFileSync(at(path), "utf8");

beforeEach(async () => {
  world = await makeWorld();
  plant(world.home, source);
  archive = join(world.archives, "a.ocbak");
  await world.ocbak(["create", "--quiet", "-o", archive]);
});

async function restore(
  ...args: readonly string[]
): Promise<{ status: number; report: RestoreReport; err: string }> {
  const ran = await world.ocbak(["restore", "--json", "--home", world.newHome, ...args, archive]);
  return { status: ran.status, report: JSON.parse(ran.out || "null") as RestoreReport, err: ran.err };
}

async function undo(): Promise<number> {
  const { status, err } = await world.ocbak(["restore", "--undo", "--home", world.newHome]);
  expect(err).toBe("");
  return status;
}

describe("restore --only", () => {
  it("state replaces the state dir and leaves the workspace in it, and the program, where they are", async () => {
    plant(world.newHome, live);
    const { status } = await restore("--only", "state", "--replace");
    expect([status, text("openclaw.json"), text("tools/node")]).toEqual([0, '{"source":1}', "the program"]);
    expect([text("workspace/MEMORY.md"), text("workspace/mine.md")]).toEqual([
      "memory of the live one",
      "mine",
    ]);
    expect(await undo()).toBe(0);
    expect([text("openclaw.json"), text("workspace/mine.md"), text("tools/node")]).toEqual([
      '{"live":1}',
      "mine",
      "the program",
    ]);
  });

  it.each(["workspace", "workspace.main"])("%s replaces the workspace alone", async (word) => {
    plant(world.newHome, live);
    const { status, report } = await restore("--only", word, "--replace");
    expect([status, report.targets.map(({ root }) => root)]).toEqual([0, ["workspace.main"]]);
    expect([text("openclaw.json"), text("workspace/MEMORY.md")]).toEqual([
      '{"live":1}',
      "memory of the source",
    ]);
    expect(existsSync(at("workspace/mine.md"))).toBe(false);
  });

  it("credentials puts the folder in place, and the old one aside", async () => {
    plant(world.newHome, live);
    const before = walkTree(world.newHome);
    const { status, report } = await restore("--only", "credentials", "--replace");
    expect([status, report.targets[0]!.pieces]).toEqual([0, ["credentials"]]);
    expect(readdirSync(at("credentials")).sort()).toEqual(["telegram.json", "whatsapp"]);
    expect([text("credentials/telegram.json"), text("openclaw.json")]).toEqual([
      "telegram of the source",
      '{"live":1}',
    ]);
    const aside = report.targets[0]!.replaced!;
    expect(readFileSync(join(aside, "credentials/telegram.json"), "utf8")).toBe("telegram of the live one");
    expect(await undo()).toBe(0);
    const kept = readdirSync(world.newHome).filter((name) => name !== ".openclaw");
    expect(kept).toEqual([expect.stringMatching(/^\.openclaw\.undone-ocbak-/)]);
    const after = Object.entries(walkTree(join(world.newHome, ".openclaw"))).map(([path]) => path);
    expect(after).toEqual(
      Object.keys(before)
        .filter((path) => path.startsWith(".openclaw/"))
        .map((path) => path.slice(".openclaw/".length)),
    );
  });

  it("single files and globs need --replace only where something is in the way", async () => {
    plant(world.newHome, live);
    const refused = await restore("--only", "state/credentials/*.json");
    expect([refused.status, refused.err]).toEqual([26, expect.stringContaining("telegram.json exists")]);
    const { status, report } = await restore(
      "--only",
      "state/skills/**",
      "--only",
      "workspace.main/notes/one.md",
    );
    expect([status, report.entries]).toEqual([0, 4]);
    expect([text("skills/a/SKILL.md"), text("workspace/notes/one.md")]).toEqual(["a", "one"]);
    expect(readdirSync(world.newHome)).toEqual([".openclaw"]);
  });

  it("a database never meets the log of the one that it replaces, nor the old one that of the new", async () => {
    plant(world.newHome, live);
    for (const ending of ["", "-wal", "-shm"]) writeFileSync(at(`memory.sqlite${ending}`), `old${ending}`);
    const { status, report } = await restore("--only", "state/memory.sqlite", "--replace");
    expect(status).toBe(0);
    expect(readdirSync(at(".")).filter((name) => name.startsWith("memory"))).toEqual(["memory.sqlite"]);
    expect(readdirSync(report.targets[0]!.replaced!).sort()).toEqual([
      "memory.sqlite",
      "memory.sqlite-shm",
      "memory.sqlite-wal",
    ]);
    const database = new DatabaseSync(at("memory.sqlite"));
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
    writeFileSync(at("memory.sqlite-wal"), "of the new one");
    expect(await undo()).toBe(0);
    const endings = ["", "-wal", "-shm"].map((ending) => text(`memory.sqlite${ending}`));
    expect(endings).toEqual(["old", "old-wal", "old-shm"]);
  });

  it("goes into a home where nothing is yet, and anywhere else that is named", async () => {
    expect((await restore("--only", "credentials")).status).toBe(0);
    expect(readdirSync(at("."))).toEqual(["credentials"]);
    const elsewhere = join(world.archives, "ws");
    mkdirSync(elsewhere);
    const { status } = await restore("--only", "workspace.main/MEMORY.md", "--workspace", elsewhere);
    expect([status, readdirSync(elsewhere)]).toEqual([0, ["MEMORY.md"]]);
  });

  it.each([
    ["what matches nothing", ["--only", "state/nope/**"], 10, "nothing in the archive matches"],
    [
      "a part of a root in a root that is taken whole",
      ["--only", "state", "--only", "workspace.main/notes", "--replace"],
      26,
      "selected in part",
    ],
  ])("refuses %s and changes nothing", async (_, args, status, message) => {
    plant(world.newHome, live);
    const before = walkTree(world.newHome);
    const refused = await restore(...args);
    expect([refused.status, refused.err]).toEqual([status, expect.stringContaining(message)]);
    expect(walkTree(world.newHome)).toEqual(before);
  });

  it("says in a dry run what it would replace", async () => {
    plant(world.newHome, live);
    const before = walkTree(world.newHome);
    const ran = await world.ocbak([
      "restore",
      "--dry-run",
      "--replace",
      "--home",
      world.newHome,
      "--only",
      "state/openclaw.json",
      archive,
    ]);
    expect([ran.status, ran.out]).toEqual([0, expect.stringContaining("only openclaw.json")]);
    expect(ran.out).toMatch(/ are needed on the file system of .*, .* are free\./);
    expect(ran.out).toContain("(1 entry, 10 bytes)");
    expect(walkTree(world.newHome)).toEqual(before);
  });
});
