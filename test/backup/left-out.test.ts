import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import { smallInstallation } from "../support/installation.ts";
import { plant, type Tree } from "../support/tree.ts";
import { makeWorld, type World } from "../support/world.ts";

const extra: Tree = {
  ".openclaw/logs/gateway.log": "x".repeat(5000),
  ".openclaw/cache/a/b": "x".repeat(300),
  ".openclaw/delivery-queue/1.json": "{}",
  ".openclaw/tmp/gateway.lock": "1",
  ".openclaw/agents/main/sessions/sessions.json.lock": "1",
  ".openclaw/workspace.before-ocbak-20260922T145300Z/MEMORY.md": "old",
  ".openclaw/.workspace.ocbak-staging-01234567/MEMORY.md": "half",
  ".openclaw.update-captures/x": "private",
  ".openclaw/workspace/.ocbakignore": "*.iso\n",
  ".openclaw/workspace/a.iso": "12345",
  ".openclaw/workspace/app/node_modules/x/index.js": "x",
  "projects/bob/video.mp4": "123",
};

async function installed(more: Tree = {}): Promise<World> {
  const world = await makeWorld();
  plant(world.home, { ...smallInstallation, ...extra, ...more });
  return world;
}

async function create(world: World, ...argv: readonly string[]): Promise<CreateReport> {
  const { out } = await world.ocbak(["create", "-o", join(world.archives, "a.ocbak"), "--json", ...argv]);
  return JSON.parse(out) as CreateReport;
}

const sums = ({ leftOut }: CreateReport): string[] =>
  leftOut.map((one) => [one.rule, one.class, one.entries, one.bytes, ...one.include].join(" "));

async function listed(world: World): Promise<string[]> {
  const { out } = await world.ocbak(["ls", join(world.archives, "a.ocbak"), "--json"]);
  const { entries } = JSON.parse(out) as { entries: { path: string; status: string }[] };
  return entries.filter(({ status }) => !status.startsWith("excluded:")).map(({ path }) => path);
}

describe("what a backup leaves out", () => {
  const byDefault = [
    "logs private 2 5000 state/logs",
    "cache regenerable 3 300",
    "ignore-file  1 5",
    "ocbak-staging never 2 4",
    "put-aside private 2 3 state/workspace.before-ocbak-20260922T145300Z",
    "user  1 3",
    "delivery-queue volatile 2 2",
    "tmp never 2 1",
    "lock never 1 1",
  ];

  it("is in the report rule by rule, the largest first, also of a dry run", async () => {
    const world = await installed();
    const exclude = ["--exclude", "workspace.bob/*.mp4"];
    const report = await create(world, ...exclude);
    expect(sums(report)).toEqual(byDefault);
    expect(report.leftOut.every(({ why }) => why !== "")).toBe(true);
    expect(report).toMatchObject({ complete: true, warnings: [] });
    expect(sums(await create(world, ...exclude, "--dry-run"))).toEqual(byDefault);
  });

  it("is said in the text, logs with their size and how to take them", async () => {
    const world = await installed();
    const { out, status } = await world.ocbak(["create", "-o", join(world.archives, "a.ocbak")]);
    expect(status).toBe(0);
    expect(out).toMatch(/^Left out: logs 4\.9 KiB, cache 300 bytes, /m);
    expect(out).toContain("  To take logs along (4.9 KiB): --include 'state/logs'\n");
    const again = await create(world, "--include", "state/logs", "-o", join(world.archives, "b.ocbak"));
    expect(sums(again).filter((line) => line.startsWith("logs"))).toEqual([]);
  });

  it("with --no-default-excludes is only what is never taken and what the user names", async () => {
    const world = await installed();
    const report = await create(world, "--no-default-excludes");
    expect(sums(report)).toEqual([
      "ignore-file  1 5",
      "ocbak-staging never 2 4",
      "tmp never 2 1",
      "lock never 1 1",
    ]);
    expect(report.warnings).toEqual([
      "delivery-queue is taken, as you ask: restoring it would send messages again",
    ]);
    expect(await listed(world)).toEqual(
      expect.arrayContaining([
        "state/cache/a/b",
        "state/delivery-queue/1.json",
        "state/logs/gateway.log",
        "state/workspace.before-ocbak-20260922T145300Z/MEMORY.md",
      ]),
    );
  });

  it("of what is never taken stays out though --include names it, and a queue comes in with a warning", async () => {
    const world = await installed({ ".openclaw/logs/.openclaw-private-update-capture": "x" });
    const report = await create(world, "--include", "**");
    expect(sums(report)).toEqual([
      "update-capture never 3 5001",
      "ocbak-staging never 2 4",
      "tmp never 2 1",
      "lock never 1 1",
    ]);
    expect(report.warnings).toHaveLength(1);
    expect(report.warnings[0]).toContain("delivery-queue is taken");
  });

  it("holds an archive together whose whole workspace is a private capture", async () => {
    const world = await installed({ "projects/bob/.openclaw-private-update-capture": "x" });
    const report = await create(world);
    expect(sums(report)).toContain("update-capture never 4 22");
    const warnings = ["nothing of workspace.bob is taken: update-capture"];
    expect(report.warnings).toEqual(warnings);
    const { out } = await world.ocbak(["show", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ warnings });
    const { status } = await world.ocbak(["verify", join(world.archives, "a.ocbak")]);
    expect(status).toBe(0);
    expect(await listed(world)).not.toContain("workspace.bob/MEMORY.md");
  });

  it("of a workspace that is the home are the captures of OpenClaw in it", async () => {
    const world = await installed({
      ".openclaw/openclaw.json": "{agents: {entries: {main: {workspace: '~'}}}}",
      ".config": { dir: true },
    });
    const report = await create(world, "--include", "**");
    expect(sums(report)).toContain("update-capture never 2 7");
    expect((await listed(world)).filter((path) => path.includes("update-captures"))).toEqual([]);
  });
});

describe("what no archive can hold", () => {
  it("is in the report and the text, and makes the backup incomplete", async () => {
    const world = await installed();
    mkdirSync(join(world.home, "projects/bob", "d/".repeat(260)), { recursive: true });
    const output = join(world.archives, "b.ocbak");
    for (const argv of [["--dry-run"], []]) {
      const { out, status } = await world.ocbak(["create", "-o", output, "--json", ...argv]);
      const report = JSON.parse(out) as CreateReport;
      expect([status, report.complete]).toEqual([3, false]);
      expect(report.findings).toContainEqual({
        path: `workspace.bob${"/d".repeat(256)}`,
        status: "unfit-name",
        reason: "it is nested deeper than 256",
      });
    }
    const { out } = await world.ocbak(["create", "-o", join(world.archives, "c.ocbak")]);
    expect(out).toMatch(
      /^INCOMPLETE: .* 1 with a name or depth that no archive can hold\.\n {2}unfit-name workspace/,
    );
    const shown = await world.ocbak(["show"]);
    expect(shown.out).toMatch(/^WARNING: workspace\.bob\/d\/.* cannot be in a backup: it is nested deeper/);
  });
});

describe("what has no content", () => {
  it("is in the report as what it is, in the text and in the archive, and is no hole", async () => {
    const world = await installed();
    execFileSync("mkfifo", [join(world.home, "projects/bob/pipe")]);
    const report = await create(world);
    expect(report).toMatchObject({ complete: true });
    expect(sums(report)).toContain("special-file never 1 0");
    for (const one of [report, await create(world, "--dry-run")])
      expect(one.findings).toContainEqual({
        path: "workspace.bob/pipe",
        status: "excluded:special-file",
        reason: "a fifo has no content to keep",
      });
    const { out } = await world.ocbak(["create", "-o", join(world.archives, "b.ocbak")]);
    expect(out).toMatch(/^Left out: .*special-file 1 entry/m);
    const inside = await world.ocbak(["ls", join(world.archives, "a.ocbak"), "--json"]);
    expect(inside.out).toContain('"status":"excluded:special-file"');
  });
});

describe("an ignore file that is not heeded", () => {
  it("is a warning at create and at show", async () => {
    const world = await installed({ ".openclaw/workspace/sub/.ocbakignore": { to: "../list" } });
    const text = "workspace.main/sub/.ocbakignore is not heeded: it is a symbolic link";
    expect((await create(world)).warnings).toEqual([text]);
    const { out } = await world.ocbak(["show", "--json"]);
    expect((JSON.parse(out) as { warnings: string[] }).warnings).toContain(text);
  });
});
