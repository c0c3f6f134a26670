import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
  ftruncateSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { CreateReport } from "../../src/backup/reports.ts";
import { integrityOf, startLiveWriter } from "../support/live-writers.ts";
import { plant, type Tree } from "../support/tree.ts";
import { type Described, walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

/** One defect of `openclaw backup` 2026.9.6, by its number in the list of those that were reproduced. */
interface Gap {
  readonly row: number;
  readonly title: string;
  readonly tree?: Tree;
  readonly make?: (world: World) => void;
  readonly env?: (home: string) => Readonly<Record<string, string>>;
  readonly create?: readonly string[];
  /** What the tests of a row look at beyond "it is all there again". */
  readonly check?: (done: Done) => void | Promise<void>;
}

interface Done {
  readonly world: World;
  readonly report: CreateReport;
  readonly warned: string;
  readonly restored: Described;
}

const sparseBytes = 256 * 1024 * 1024;
const least: Tree = { ".openclaw/openclaw.json": "{}", ".openclaw/workspace/MEMORY.md": "m" };
const inWorkspace = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).map(([path, planted]) => [`.openclaw/workspace/${path}`, planted]));
const names = (restored: Described) => Object.keys(restored).map((path) => path.replace(".openclaw/", ""));

const gaps: readonly Gap[] = [
  {
    row: 1,
    title: "names that differ by case or by Unicode's form alone come back as two files",
    tree: inWorkspace({
      Makefile: "upper",
      makefile: "lower",
      "caf\u00c3\u00a9": "composed",
      "cafe\u00cc\u0081": "decomposed",
    }),
  },
  {
    row: 2,
    title: "a backslash in a name is a character like others",
    tree: inWorkspace({ "back\\slash.txt": "one file" }),
    check: ({ restored }) => expect(names(restored)).toContain("workspace/back\\slash.txt"),
  },
  {
    row: 3,
    title: "a name that is no UTF-8 comes back byte by byte",
    tree: inWorkspace({ "\u00ff\u00fe.txt": "bytes" }),
    check: ({ restored }) => expect(names(restored)).toContain("workspace/\u00ff\u00fe.txt"),
  },
  {
    row: 4,
    title: "workspace files are taken whatever they are called",
    tree: inWorkspace({
      "data.tmp": "1",
      "important.tmp.md": "2",
      "app.pid": "3",
      "some.sock": "4",
      "a.lock": "5",
      "tmp/x": "6",
      "logs/y.log": "7",
      "node_modules/z/index.js": "8",
    }),
    check: ({ report }) => expect(report.entries.excluded).toBe(0),
  },
  {
    row: 5,
    // Of 3 GiB it is the same, but every zero is read, hashed and proved: that takes a minute, and is in the soak tests.
    title: "a sparse file of 256 MiB takes no room in the archive and is sparse again",
    make: ({ home }) => plantSparse(join(home, ".openclaw/workspace/disk.img")),
    check({ world, report }) {
      expect(report.sizeBytes).toBeLessThan(1024 * 1024);
      const { size, blocks } = lstatSync(join(world.newHome, ".openclaw/workspace/disk.img"));
      expect([size, blocks * 512 < 1024 * 1024]).toEqual([sparseBytes, true]);
    },
  },
  {
    row: 6,
    title: "hard links are one file again, and modes are what they were",
    tree: inWorkspace({
      first: "one",
      second: { sameAs: ".openclaw/workspace/first" },
      everybody: { text: "for all", mode: 0o666 },
      script: { text: "#!/bin/sh\n", mode: 0o755 },
    }),
    check({ world }) {
      const at = (name: string) => lstatSync(join(world.newHome, ".openclaw/workspace", name));
      expect([at("second").ino, at("everybody").mode & 0o7777]).toEqual([at("first").ino, 0o666]);
    },
  },
  {
    row: 7,
    title: "5,000 absolute links and 4,500 relative ones outside the state dir are links again",
    tree: {
      ".openclaw/openclaw.json": `{agents: {defaults: {workspace: "~/project"}}}`,
      "project/store/a": "a",
    },
    make: ({ home }) => plantLinks(join(home, "project/links")),
    check: ({ report, restored }) => {
      expect(report.entries.total).toBeGreaterThan(9500);
      expect(Object.values(restored).filter((facts) => facts.startsWith("-> "))).toHaveLength(9500);
    },
  },
  {
    row: 9,
    title: "folders that were closed to others are closed again",
    tree: {
      ".openclaw/agents/main/agent/auth-profiles.json": "{}",
      ".openclaw/openclaw.json": `{agents: {list: [{id: "main"}, {id: "scout", agentDir: "~/scout"}]}}`,
      ".openclaw/state/openclaw.sqlite": { rows: 1 },
      "scout/openclaw-agent.sqlite": { rows: 1 },
    },
    make({ home }) {
      for (const path of closedFolders) chmodSync(join(home, path), 0o700);
    },
    check({ world }) {
      const modes = closedFolders.map((path) => lstatSync(join(world.newHome, path)).mode & 0o7777);
      expect(modes).toEqual(closedFolders.map(() => 0o700));
    },
  },
  {
    row: 10,
    title: "transcripts and runs of cron jobs are taken, and logs when they are asked for",
    tree: {
      ".openclaw/agents/main/sessions/abc.jsonl": "transcript",
      ".openclaw/cron/runs/j.jsonl": "run",
      ".openclaw/logs/commands.log": "log",
    },
    create: ["--include", "state/logs"],
    check: ({ report }) => expect(report.entries.excluded).toBe(0),
  },
  {
    row: 11,
    title: "with OPENCLAW_CONFIG_PATH alone, skills and media beside the config file are taken",
    tree: {
      "etc/openclaw.json": "{}",
      "etc/skills/mine/SKILL.md": "skill",
      "etc/media/inbound/a.jpg": "picture",
      ".openclaw/openclaw.json": "{}",
      ".openclaw/workspace/MEMORY.md": "m",
    },
    env: (home) => ({ OPENCLAW_CONFIG_PATH: join(home, "etc/openclaw.json") }),
  },
  {
    row: 12,
    title: "of a client of a remote gateway a loud word is said",
    tree: { ".openclaw/openclaw.json": `{gateway: {mode: "remote", remote: {url: "wss://far"}}}` },
    check: ({ warned, report }) => {
      expect(warned).toMatch(
        /warning: gateway\.mode is "remote": .*wss:\/\/far.* NOT in a backup of this machine/,
      );
      expect(report.warnings).toHaveLength(1);
    },
  },
  {
    row: 13,
    title: "an agent with an agentDir of its own has both its databases taken",
    tree: {
      ".openclaw/openclaw.json": `{agents: {entries: {scout: {agentDir: "~/ext/scout"}}}}`,
      ".openclaw/agents/scout/agent/openclaw-agent.sqlite": { rows: 7 },
      ".openclaw/workspace/MEMORY.md": "m",
      "ext/scout/openclaw-agent.sqlite": { rows: 3 },
    },
    check: ({ report }) => expect(report.entries.database).toBe(2),
  },
  {
    row: 14,
    title: "what lies beside OpenClaw's folders is taken, and services are named",
    tree: {
      ".openclaw/openclaw.json": `{
        secrets: {providers: {a: {source: "file", path: "~/keys/a.json"}}},
        plugins: {load: {paths: ["~/plugin"]}},
        memory: {search: {extraPaths: ["~/vault"]}}}`,
      ".openclaw/workspace/MEMORY.md": "m",
      ".agents/skills/shared/SKILL.md": "skill",
      ".config/openclaw/gateway.env": "A=1",
      "keys/a.json": "secret",
      "plugin/index.js": "code",
      "vault/note.md": "note",
    },
    async check({ world }) {
      plant(world.home, { ".config/systemd/user/openclaw-gateway.service": "unit" });
      const shown = await world.ocbak(["show", "--json"]);
      expect((JSON.parse(shown.out) as { outside: unknown }).outside).toContainEqual({
        path: join(world.home, ".config/systemd/user/openclaw-gateway.service"),
        why: expect.stringContaining("openclaw gateway install"),
      });
    },
  },
];

const closedFolders = [".openclaw", ".openclaw/state", ".openclaw/agents/main/agent", "scout"];

describe("where `openclaw backup` has a gap", () => {
  it.each(gaps)("$row: $title", async (gap) => {
    const world = await makeWorld();
    plant(world.home, gap.tree ?? {});
    if (gap.tree?.[".openclaw/openclaw.json"] === undefined) plant(world.home, least);
    gap.make?.(world);
    const done = await roundTrip(world, gap);
    expect(done.restored).toEqual(treeOf(world.home));
    await gap.check?.(done);
  });

  it("8: a database that another program writes to meanwhile is sound, three times out of three", async () => {
    const world = await makeWorld();
    plant(world.home, least);
    const path = ".openclaw/agents/main/agent/codex-home/thread_history_1.sqlite";
    mkdirSync(join(world.home, path, ".."), { recursive: true });
    await using writer = await startLiveWriter("third-party", join(world.home, path), { rows: 5000 });
    for (const n of [1, 2, 3]) {
      const committed = writer.committed();
      const archive = join(world.archives, `${n}.ocbak`);
      const created = await world.ocbak(["create", "--quiet", "-o", archive]);
      const home = `${world.newHome}-${n}`;
      mkdirSync(home);
      const restored = await world.ocbak(["restore", "--quiet", "--home", home, archive]);
      expect([created.status, created.err, restored.status]).toEqual([0, "", 0]);
      expect(integrityOf(join(home, path))).toBe("ok");
      using database = new DatabaseSync(join(home, path));
      expect(database.prepare("SELECT n FROM commits").get()!["n"]).toBeGreaterThanOrEqual(committed);
    }
    expect(writer.committed()).toBeGreaterThan(20);
    expect(writer.hasDied()).toBe(false);
  });
});

/** Create, verify, restore into a new home. */
async function roundTrip(world: World, { env, create = [] }: Gap): Promise<Done> {
  const archive = join(world.archives, "a.ocbak");
  const options = { env: env?.(world.home) ?? {} };
  const created = await world.ocbak(["create", "--json", ...create, "-o", archive], options);
  expect([created.status, (await world.ocbak(["verify", "--quiet", archive])).status]).toEqual([0, 0]);
  const argv = ["restore", "--quiet", "--allow-outside-links", "--home", world.newHome, archive];
  expect(await world.ocbak(argv)).toMatchObject({ status: 0, err: "" });
  const report = JSON.parse(created.out) as CreateReport;
  return { world, report, warned: created.err, restored: treeOf(world.newHome) };
}

/** Without the test's own key, and folders that only lie above what is taken. */
function treeOf(home: string): Described {
  const skip = /^\.config\/ocbak|^\.cache$|-(?:wal|shm)$|\.img$/;
  const above = /^(?:\.config|\.agents|etc|ext|keys)$/;
  const walked = walkTree(home, { skip, isPrivate: (path) => !/workspace|project/.test(path) });
  return Object.fromEntries(Object.entries(walked).filter(([path]) => !above.test(path)));
}

function plantSparse(path: string): void {
  const fd = openSync(path, "w");
  writeSync(fd, "middle", sparseBytes / 2);
  ftruncateSync(fd, sparseBytes);
  closeSync(fd);
}

function plantLinks(directory: string): void {
  mkdirSync(directory);
  for (let n = 0; n < 5000; n += 1)
    symlinkSync(`/nowhere/in/particular/${n}`, join(directory, `absolute-${n}`));
  for (let n = 0; n < 4500; n += 1) symlinkSync("../store/a", join(directory, `relative-${n}`));
}
