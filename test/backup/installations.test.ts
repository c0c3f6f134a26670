import { copyFileSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { type SmallInstallation, smallInstallations } from "../../fixtures/installations/trees.ts";
import type { CreateReport, ListedEntry } from "../../src/backup/reports.ts";
import type { ShowReport } from "../../src/backup/show.ts";
import { archiveFacts, deviations, listingOf, shownDeviations } from "../support/listing.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

describe.each(smallInstallations)("an installation $name", (small) => {
  it("is captured with every file that an independent walk finds, and nothing else, as show says", async () => {
    const world = await plantedWorld(small);
    const listing = listingOf(
      small.places.map(({ at, as }) => ({ at: join(world.home, at), ...(as !== undefined && { as }) })),
    );
    const shown = await json<ShowReport>(world, small, ["show"]);
    const report = await json<CreateReport>(world, small, ["create", "-o", join(world.archives, "a.ocbak")]);
    const { entries } = await json<{ entries: ListedEntry[] }>(world, small, [
      "ls",
      join(world.archives, "a.ocbak"),
    ]);
    expect(report).toMatchObject({ complete: true, verified: "full" });
    expect(deviations(listing, archiveFacts(entries, shown.roots))).toEqual([]);
    expect(shownDeviations(entries, shown.roots)).toEqual([]);
    for (const { warnings } of [shown, report])
      expect(warnings).toEqual(small.warnings.map((pattern) => expect.stringMatching(pattern) as string));
  });
});

it("a database whose last rows are in the log of a killed gateway alone is captured with them", async () => {
  const killed = smallInstallations.at(-1)!;
  const world = await plantedWorld(killed);
  const path = join(world.home, ".openclaw/state/openclaw.sqlite");
  const archive = join(world.archives, "a.ocbak");
  leaveLog(path);
  expect(await world.ocbak(["create", "--quiet", "-o", archive])).toMatchObject({ status: 0, err: "" });
  const restored = await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
  expect(restored.status).toBe(0);
  using database = new DatabaseSync(join(world.newHome, ".openclaw/state/openclaw.sqlite"));
  expect(database.prepare("SELECT body FROM notes ORDER BY id DESC").get()).toEqual({ body: "the last" });
});

it("what lies on another disk behind links in the state dir comes back in the place of the links", async () => {
  const world = await makeWorld();
  plant(world.home, {
    ".openclaw/openclaw.json": "{}",
    ".openclaw/workspace/MEMORY.md": "m",
    ".openclaw/agents": { to: join(world.home, "big/agents") },
    "big/agents/main/sessions/one.jsonl": "a turn",
    "big/agents/main/agent/openclaw-agent.sqlite": { rows: 3 },
    "big/agents/main/agent/openclaw-agent.sqlite.generation-lock.sqlite": "",
    ".openclaw/.env": { to: "../dotfiles/env" },
    "dotfiles/env": "A=1",
    "dotfiles/other": "not OpenClaw's",
  });
  const archive = join(world.archives, "a.ocbak");
  expect(await world.ocbak(["create", "--quiet", "-o", archive])).toMatchObject({ status: 0, err: "" });
  const restored = await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
  expect([restored.status, restored.err]).toEqual([0, ""]);
  expect(Object.keys(walkTree(world.newHome))).toEqual([
    ".openclaw",
    ".openclaw/.env",
    ".openclaw/agents",
    ".openclaw/agents/main",
    ".openclaw/agents/main/agent",
    ".openclaw/agents/main/agent/openclaw-agent.sqlite",
    ".openclaw/agents/main/sessions",
    ".openclaw/agents/main/sessions/one.jsonl",
    ".openclaw/openclaw.json",
    ".openclaw/workspace",
    ".openclaw/workspace/MEMORY.md",
  ]);
  expect(readFileSync(join(world.newHome, ".openclaw/agents/main/sessions/one.jsonl"), "utf8")).toBe(
    "a turn",
  );
  expect(readFileSync(join(world.newHome, ".openclaw/.env"), "utf8")).toBe("A=1");
});

async function plantedWorld({ tree }: SmallInstallation): Promise<World> {
  const world = await makeWorld();
  plant(world.home, tree);
  return world;
}

async function json<T>(world: World, small: SmallInstallation, argv: readonly string[]): Promise<T> {
  const places = Object.entries(small.env ?? {}).map(([name, path]) => [name, join(world.home, path)]);
  const flags = argv[0] === "ls" ? [] : (small.flags ?? []);
  const env = Object.fromEntries(places) as Record<string, string>;
  const { status, out } = await world.ocbak([...argv, ...flags, "--json"], { env });
  expect([argv[0], status]).toEqual([argv[0], 0]);
  return JSON.parse(out) as T;
}

/** The files as a process leaves them that dies with the database open. */
function leaveLog(path: string): void {
  const open = new DatabaseSync(path);
  open.exec(
    "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; INSERT INTO notes (body) VALUES ('the last')",
  );
  for (const suffix of ["", "-wal", "-shm"]) copyFileSync(path + suffix, `${path}${suffix}.copy`);
  open.close();
  for (const suffix of ["", "-wal", "-shm"]) renameSync(`${path}${suffix}.copy`, path + suffix);
}
