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
