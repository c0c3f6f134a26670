import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { showInstallation, type ShowReport } from "../../src/backup/show.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

async function installed(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  return world;
}

function amountsOf({ roots }: ShowReport, home: string): string[] {
  return roots.map(({ id, path, files, leftOut }) =>
    [id, path.replace(home, "~"), files, leftOut.entries, ...leftOut.rules].join(" "),
  );
}

/** A port of this machine that answers so. */
async function answering(text: string): Promise<number> {
  const server = createServer((_request, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function portEnv(world: World, port: number) {
  return world.context({ env: { HOME: world.home, OPENCLAW_GATEWAY_PORT: String(port) } });
}

describe("what show tells", () => {
  it("each root with its files and what the rules leave out, as a capture would", async () => {
    const world = await installed();
    plant(world.home, { ".openclaw/cache/a/b": "x".repeat(1000), ".openclaw/cache/c": "" });
    const report = await showInstallation({}, world.context());
    expect(amountsOf(report, world.home)).toEqual([
      "state ~/.openclaw 3 6 cache logs",
      "workspace.main ~/.openclaw/workspace 3 0",
      "workspace.bob ~/projects/bob 1 0",
    ]);
    expect(report.roots[0]!.leftOut.bytes).toBe(1000 + "left out by a rule\n".length);
    const dry = await world.ocbak(["create", "--dry-run", "--json"]);
    const bytes = report.roots.reduce((sum, root) => sum + root.bytes, 0);
    expect(JSON.parse(dry.out)).toMatchObject({ contentBytes: bytes });
  });

  it("databases without what stands beside them, which is in their snapshots", async () => {
    const world = await installed();
    plant(world.home, { ".openclaw/state/openclaw.sqlite": { rows: 1 } });
    plant(world.home, {
      ".openclaw/state/openclaw.sqlite-wal": "x",
      ".openclaw/state/openclaw.sqlite-shm": "x",
    });
    const { roots } = await showInstallation({}, world.context());
    expect(roots[0]).toMatchObject({ files: 4, leftOut: { entries: 2, rules: ["logs"] } });
  });

  it("with --sizes each folder of a root, the largest first, left out or not", async () => {
    const world = await installed();
    plant(world.home, { ".openclaw/cache/a": "x".repeat(100_000), ".openclaw/media/b": "x".repeat(50_000) });
    const { roots } = await showInstallation({ sizes: true }, world.context());
    expect(roots[0]!.folders!.slice(0, 2)).toMatchObject([
      { path: "state/cache", files: 0, leftOut: { entries: 2, bytes: 100_000, rules: ["cache"] } },
      { path: "state/media", files: 1, bytes: 50_000 },
    ]);
    expect((await showInstallation({}, world.context())).roots[0]).not.toHaveProperty("folders");
  });

  it("what it is, by class, of each root and folder and of all together", async () => {
    const world = await installed();
    plant(world.home, {
      ".openclaw/extensions/mine/index.js": "12345",
      ".openclaw/whatever": "1",
      ".openclaw/workspace/app/node_modules/a/b.js": "123",
    });
    const { roots, classes } = await showInstallation({ sizes: true }, world.context());
    expect(classes.map((one) => [one.class, one.files])).toEqual([
      ["secret", 4],
      ["private", 4],
      ["plain", 1],
      ["regenerable", 1],
    ]);
    expect(roots[0]!.classes).toEqual([
      { class: "secret", files: 3, bytes: expect.any(Number) },
      { class: "private", files: 1, bytes: 1 },
      { class: "plain", files: 1, bytes: 5 },
    ]);
    const folders = new Map(roots.flatMap((root) => root.folders!.map((one) => [one.path, one.classes])));
    expect(folders.get("state/extensions")).toEqual([{ class: "plain", files: 1, bytes: 5 }]);
    expect(folders.get("state/logs")).toEqual([]);
    expect(folders.get("workspace.main/app")).toEqual([{ class: "regenerable", files: 1, bytes: 3 }]);
    for (const root of roots) {
      expect(root.classes.reduce((sum, { files }) => sum + files, 0)).toBe(root.files);
      expect(root.classes.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(root.bytes);
    }
  });

  it("what rules leave out, each with its count, as the report of create does", async () => {
    const world = await installed();
    plant(world.home, { ".openclaw/cache/a/b": "x".repeat(1000), ".openclaw/tmp/x": "1" });
    const { leftOut } = await showInstallation({}, world.context());
    const dry = await world.ocbak(["create", "--dry-run", "--json"]);
    expect(JSON.parse(dry.out)).toMatchObject({ leftOut });
    expect(leftOut.map(({ rule, entries, bytes }) => [rule, entries, bytes])).toEqual([
      ["cache", 3, 1000],
      ["logs", 2, 19],
      ["tmp", 2, 1],
    ]);
    const all = await showInstallation({ defaultExcludes: false }, world.context());
    expect(all.leftOut.map(({ rule }) => rule)).toEqual(["tmp"]);
    expect(all.classes).toContainEqual({ class: "regenerable", files: 1, bytes: 1000 });
  });

  it("what of the workspaces could be made again, by the names of its folders, and how to leave it out", async () => {
    const world = await installed();
    plant(world.home, {
      ".openclaw/workspace/app/node_modules/a/node_modules/b/x": "1234",
      ".openclaw/workspace/app/node_modules/a/bundle.zip": "12",
      ".openclaw/workspace/app/node_modules-kept/x": "no",
      ".openclaw/workspace/node_modules": "a file of that name",
      "projects/bob/node_modules/x": "1",
      "projects/bob/py/.venv/bin/python": { to: "/usr/bin/python3" },
      "projects/bob/py/.venv/pyvenv.cfg": "123",
      ".openclaw/skills/x/node_modules/y": "not of a workspace",
    });
    const { madeAgain } = await showInstallation({}, world.context());
    expect(madeAgain).toEqual([
      { name: "node_modules", folders: 2, files: 3, bytes: 7 },
      { name: ".venv", folders: 1, files: 1, bytes: 3 },
    ]);
    const { out } = await world.ocbak(["show"]);
    expect(out).toMatch(
      /^Of the workspaces 10 bytes could be made again, and is taken all the same:\n {2}node_modules {2}2 folders/m,
    );
    const without = await world.ocbak(["create", "--dry-run", "--json", "--exclude", "**/node_modules"]);
    expect(JSON.parse(without.out)).toMatchObject({
      leftOut: expect.arrayContaining([expect.objectContaining({ rule: "user" })]),
    });
  });

  it("every profile of the user, old names too, and none that is empty", async () => {
    const world = await installed();
    plant(world.home, {
      ".openclaw-work/openclaw.json": "{}",
      ".clawdbot/clawdbot.json": "{}",
      ".openclaw-empty/x": "",
      ".openclaw-link": { to: ".openclaw-work" },
    });
    const { profiles } = await showInstallation({}, world.context());
    expect(profiles.map(({ profile, stateDir }) => [profile, stateDir.replace(world.home, "~")])).toEqual([
      [null, "~/.clawdbot"],
      [null, "~/.openclaw"],
      ["work", "~/.openclaw-work"],
    ]);
  });

  it("services, which a backup does not take", async () => {
    const world = await installed();
    plant(world.home, {
      ".config/systemd/user/openclaw-gateway.service": "",
      ".config/systemd/user/openclaw-gateway-work.service": "",
      clawd: { dir: true },
    });
    const { outside } = await showInstallation({}, world.context());
    const own = outside.filter(({ path }) => path.startsWith(world.home));
    expect(own.map(({ path }) => path.replace(world.home, "~"))).toEqual([
      "~/.config/systemd/user/openclaw-gateway.service",
      "~/clawd",
    ]);
  });

  it("nothing else changes", async () => {
    const world = await installed();
    const before = readdirSync(world.home, { recursive: true });
    await showInstallation({ sizes: true }, world.context());
    expect(readdirSync(world.home, { recursive: true })).toEqual(before);
  });
});

describe("whether a gateway answers", () => {
  it.each([
    ["a gateway", '{"ok":true,"status":"live"}', { state: "unknown", sign: "port", answer: "gateway" }],
    ["another program", "<html>", { state: "stopped", sign: "nothing", answer: "other" }],
  ])("%s", async (_who, text, gateway) => {
    const world = await installed();
    const port = await answering(text);
    expect((await showInstallation({}, portEnv(world, port))).gateway).toEqual({ ...gateway, port });
  });

  it("nobody", async () => {
    const world = await installed();
    const { gateway } = await showInstallation({}, portEnv(world, 1));
    expect(gateway).toEqual({ state: "stopped", sign: "nothing", port: 1, answer: "nobody" });
  });

  it("is not asked in remote mode", async () => {
    const world = await installed();
    writeFileSync(join(world.home, ".openclaw/openclaw.json"), "{gateway: {mode: 'remote'}}");
    const report = await showInstallation({}, portEnv(world, 1));
    expect(report.gateway.answer).toBeNull();
    expect(report.warnings.join()).toContain('gateway.mode is "remote"');
  });
});
