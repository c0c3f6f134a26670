import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  chmodSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBackup } from "../../src/backup/create.ts";
import { contentsOf, createWhile } from "../support/create-while.ts";
import { noise } from "../support/installation.ts";
import { plant, type Tree } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

const secret = "A-SECRET-THAT-CAME-LATER";
const frame = mebibytes(2);

const tree: Tree = {
  ".openclaw/openclaw.json": "{}",
  ".openclaw/agents/log": "a line\n",
  ".openclaw/agents/deep/a/b": "b",
  ".openclaw/agents/deep/a/c": "c",
  ".openclaw/agents/first": "two names",
  ".openclaw/agents/second": { sameAs: ".openclaw/agents/first" },
  ".openclaw/workspace/a.md": "aaaaaaaaaaaaaaaaaaaaaaaa",
  ".openclaw/workspace/b.md": "b",
  ".openclaw/workspace/notes/c.md": "c",
  ".openclaw/workspace/notes/d.md": "d",
  ".openclaw/workspace/link": { to: "a.md" },
  ".openclaw/workspace/one": "two names",
  ".openclaw/workspace/two": { sameAs: ".openclaw/workspace/one" },
  "elsewhere/b": secret,
};

const database: Tree = { ".openclaw/memory.sqlite": { rows: 20 } };

async function plantedWorld(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, tree);
  return world;
}

interface Case {
  readonly what: string;
  readonly act: (at: (path: string) => string) => void;
  readonly expected: Readonly<Record<string, string>>;
  /** Stands in the tree, too. */
  readonly more?: Tree;
  /** Whether data that matters was missed. */
  readonly incomplete?: true;
}

const moved = (status: string) => `sealed ${status}`;

const inWorkspaces: readonly Case[] = [
  {
    what: "that vanished is recorded as such",
    act: (at) => rmSync(at("workspace/a.md")),
    expected: { "workspace.main/a.md": moved("file vanished"), "workspace.main/b.md": "plain file ok" },
  },
  {
    what: "that grew is sealed",
    act: (at) => appendFileSync(at("workspace/a.md"), secret),
    expected: { "workspace.main/a.md": moved("file ok") },
  },
  {
    what: "that was rewritten with its old size and time is sealed",
    act: (at) => {
      const { atime, mtime } = statSync(at("workspace/a.md"));
      writeFileSync(at("workspace/a.md"), secret);
      utimesSync(at("workspace/a.md"), atime, mtime);
    },
    expected: { "workspace.main/a.md": moved("file ok") },
  },
  {
    what: "that another was renamed over is sealed",
    act: (at) => renameSync(at("openclaw.json"), at("workspace/a.md")),
    expected: { "workspace.main/a.md": moved("file ok"), "state/openclaw.json": "sealed file vanished" },
  },
  {
    what: "that became a database is sealed, and not called sound",
    more: database,
    act: (at) => writeFileSync(at("workspace/a.md"), readFileSync(at("memory.sqlite"))),
    expected: { "workspace.main/a.md": moved("file changed") },
    incomplete: true,
  },
  {
    what: "that a link took the place of is not followed",
    act: (at) => {
      rmSync(at("workspace/a.md"));
      symlinkSync("../../elsewhere/b", at("workspace/a.md"));
    },
    expected: { "workspace.main/a.md": moved("file vanished") },
  },
  {
    what: "that a FIFO took the place of is not waited for",
    act: (at) => {
      rmSync(at("workspace/a.md"));
      execFileSync("mkfifo", [at("workspace/a.md")]);
    },
    expected: { "workspace.main/a.md": moved("file vanished") },
  },
  {
    what: "that a directory took the place of is recorded as vanished",
    act: (at) => {
      rmSync(at("workspace/a.md"));
      mkdirSync(at("workspace/a.md"));
    },
    expected: { "workspace.main/a.md": moved("file vanished") },
  },
  {
    what: "whose mode changed is sealed",
    act: (at) => chmodSync(at("workspace/a.md"), 0o600),
    expected: { "workspace.main/a.md": moved("file ok") },
  },
  {
    what: "with two names that changed is sealed under both",
    act: (at) => appendFileSync(at("workspace/one"), secret),
    expected: { "workspace.main/one": moved("file ok"), "workspace.main/two": moved("hardlink ok") },
  },
  {
    what: "that lost one of its two names keeps the other",
    act: (at) => rmSync(at("workspace/one")),
    expected: { "workspace.main/one": moved("file vanished"), "workspace.main/two": moved("file ok") },
  },
  {
    what: "whose second name is another file now is two files",
    act: (at) => {
      rmSync(at("workspace/two"));
      writeFileSync(at("workspace/two"), secret);
    },
    expected: { "workspace.main/two": moved("file ok") },
  },
  {
    what: "that a link points to is sealed when the link is turned elsewhere",
    act: (at) => {
      rmSync(at("workspace/link"));
      symlinkSync(secret, at("workspace/link"));
    },
    expected: { "workspace.main/link": moved("symlink ok") },
  },
  {
    what: "whose directory was removed is gone with it, and the directory stays as its parent",
    act: (at) => rmSync(at("workspace/notes"), { recursive: true }),
    expected: {
      "workspace.main/notes": "plain directory vanished",
      "workspace.main/notes/c.md": moved("file vanished"),
      "workspace.main/notes/d.md": moved("file vanished"),
    },
  },
  {
    what: "made after the look at the tree is left to the next backup",
    act: (at) => writeFileSync(at("workspace/new.md"), secret),
    expected: { "workspace.main/a.md": "plain file ok" },
  },
];

const inState: readonly Case[] = [
  {
    what: "that vanished is recorded as such",
    act: (at) => rmSync(at("agents/log")),
    expected: { "state/agents/log": "sealed file vanished" },
  },
  {
    what: "that grew is taken as it is now",
    act: (at) => appendFileSync(at("agents/log"), "another line\n"),
    expected: { "state/agents/log": "sealed file ok" },
  },
  {
    what: "that grew from less than a frame to more is taken whole",
    act: (at) => writeFileSync(at("agents/log"), noise(frame + 5)),
    expected: { "state/agents/log": "sealed file ok" },
  },
  {
    what: "that shrank from more than a frame to less is taken as it is now",
    more: { ".openclaw/agents/large": noise(frame + 1000) },
    act: (at) => truncateSync(at("agents/large"), 10),
    expected: { "state/agents/large": "sealed file ok" },
  },
  {
    what: "that a link took the place of is not followed",
    act: (at) => {
      rmSync(at("agents/log"));
      symlinkSync("../../elsewhere/b", at("agents/log"));
    },
    expected: { "state/agents/log": "sealed file vanished" },
  },
  {
    what: "whose directory was removed is gone with it",
    act: (at) => rmSync(at("agents/deep"), { recursive: true }),
    expected: {
      "state/agents/deep": "sealed directory vanished",
      "state/agents/deep/a": "sealed directory vanished",
      "state/agents/deep/a/b": "sealed file vanished",
    },
  },
  {
    what: "whose first of two names is another file now is two files",
    act: (at) => {
      rmSync(at("agents/first"));
      writeFileSync(at("agents/first"), "another");
    },
    expected: { "state/agents/first": "sealed file ok", "state/agents/second": "sealed file ok" },
  },
  {
    what: "with two names that changed is one file still",
    act: (at) => appendFileSync(at("agents/first"), "more"),
    expected: { "state/agents/first": "sealed file ok", "state/agents/second": "sealed hardlink ok" },
  },
  {
    what: "that lost one of its two names keeps the other",
    act: (at) => rmSync(at("agents/first")),
    expected: { "state/agents/first": "sealed file vanished", "state/agents/second": "sealed file ok" },
  },
  {
    what: "that was a database and vanished is recorded as such",
    more: database,
    act: (at) => rmSync(at("memory.sqlite")),
    expected: { "state/memory.sqlite": "sealed file vanished" },
  },
  {
    what: "that was a database and is text now is kept, and not called sound",
    more: database,
    act: (at) =>
      writeFileSync(at("memory.sqlite"), "no database any more, but long enough to be one".repeat(20)),
    expected: { "state/memory.sqlite": "sealed file changed" },
    incomplete: true,
  },
];

describe.each([
  ["a workspace file", inWorkspaces],
  ["a state file", inState],
])("%s", (_name, cases) => {
  it.each(cases)("$what", async ({ act, expected, incomplete, more }) => {
    const world = await plantedWorld();
    plant(world.home, more ?? {});
    const { report, entries, plain, archive } = await createWhile(world, act);
    expect(entries).toMatchObject(expected);
    expect(report).toMatchObject({ complete: incomplete !== true, verified: "full" });
    expect(plain.includes(secret)).toBe(false);
    const verified = await world.ocbak(["verify", archive]);
    expect([verified.status, verified.out]).toEqual([incomplete ? 3 : 0, expect.stringContaining("full")]);
    const restored = await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
    expect([restored.status, restored.err]).toEqual([0, ""]);
    expect(namesIn(world.newHome)).toEqual([".openclaw"]);
  });
});

describe("what is not followed", () => {
  it("is neither in the archive nor in the restored tree", async () => {
    const world = await plantedWorld();
    const { archive } = await createWhile(world, (at) => {
      rmSync(at("agents/log"));
      symlinkSync("../../elsewhere/b", at("agents/log"));
    });
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
    expect(namesIn(join(world.newHome, ".openclaw/agents"))).toEqual(["deep", "first", "second"]);
  });
});

describe("names of one inode that changed while the backup ran", () => {
  it("are names of one inode after the restore, too", async () => {
    const world = await plantedWorld();
    const { archive } = await createWhile(world, (at) => appendFileSync(at("workspace/one"), secret));
    await world.ocbak(["restore", "--quiet", "--home", world.newHome, archive]);
    const facts = walkTree(join(world.newHome, ".openclaw/workspace"));
    expect(facts["two"]).toContain("the same as one");
  });
});

/** Another process that writes to `path` without a pause. */
async function writer(path: string, body: string): Promise<void> {
  const program = `const fs = require("node:fs"); const path = process.argv[1]; ${body}`;
  const child = spawn(process.execPath, ["-e", program, path], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
}

describe("a file that is written all the while", () => {
  it("by appending is `ok`, with a state that it really had", async () => {
    const world = await plantedWorld();
    const path = join(world.home, ".openclaw/agents/log");
    await writer(
      path,
      `const fd = fs.openSync(path, "a"); console.log("on"); for (let n = 0; ; n++) fs.writeSync(fd, "line " + n + "\\n");`,
    );
    const { report, entries, archive } = await createWhile(world, () => {});
    expect(entries["state/agents/log"]).toBe("sealed file ok");
    expect(report.complete).toBe(true);
    const { bytes } = await world.ocbak(["cat", archive, "state/agents/log"]);
    expect(readFileSync(path).subarray(0, bytes.length).equals(bytes)).toBe(true);
  });
});

/** Larger than a segment, so that the first part of the archive goes out while the file is still being read. */
const longFile = noise(mebibytes(18));

function overwrite(path: string): void {
  const fd = openSync(path, "r+");
  writeSync(fd, "new", 0);
  closeSync(fd);
}

function overwriteAhead(path: string): void {
  const fd = openSync(path, "r+");
  writeSync(fd, longFile.subarray(mebibytes(17)), 0, mebibytes(1), mebibytes(17));
  closeSync(fd);
}

function shorten(path: string): void {
  truncateSync(path, mebibytes(4));
}

function extend(path: string): void {
  appendFileSync(path, "more");
}

describe("a long file that, while it is read,", () => {
  it.each([
    ["is overwritten where it was read is kept and called `changed`", overwrite, "changed", false],
    ["becomes shorter is kept as far as it was read and called `changed`", shorten, "changed", false],
    ["is overwritten where it was not yet read is `ok`: what it is now", overwriteAhead, "ok", true],
    ["grows is `ok`: what it was at first", extend, "ok", true],
    ["is removed is `ok`", (path: string) => rmSync(path), "ok", true],
  ])("%s", async (_what, act, status, complete) => {
    const world = await makeWorld();
    plant(world.home, { ".openclaw/openclaw.json": "{}", ".openclaw/agents/long": longFile });
    const archive = join(world.archives, "a.ocbak");
    let left = [() => act(join(world.home, ".openclaw/agents/long"))];
    const report = await createBackup(
      {
        output: "-",
        sealing: { recipients: [world.recipient] },
        writeStdout: async (chunk) => {
          appendFileSync(archive, chunk);
          if (statSync(archive).size < mebibytes(8)) return;
          for (const once of left) once();
          left = [];
        },
      },
      world.context(),
    );
    expect(report.complete).toBe(complete);
    const { entries } = await contentsOf(world, archive);
    expect(entries["state/agents/long"]).toBe(`sealed file ${status}`);
    expect((await world.ocbak(["verify", "--quiet", archive])).status).toBe(complete ? 0 : 3);
    const { bytes } = await world.ocbak(["cat", archive, "state/agents/long"]);
    expect(bytes.length).toBe(longFile.length);
    const sameBytes = complete ? longFile.length : 0;
    expect(bytes.subarray(0, sameBytes).equals(longFile.subarray(0, sameBytes))).toBe(true);
  });
});

function mebibytes(count: number): number {
  return count * 1024 * 1024;
}

describe("sockets and FIFOs", () => {
  it("are left out and named, and nothing waits for them", async () => {
    const world = await plantedWorld();
    execFileSync("mkfifo", [
      join(world.home, ".openclaw/agents/fifo"),
      join(world.home, ".openclaw/workspace/fifo"),
    ]);
    const server = createServer().listen(join(world.home, ".openclaw/agents/ipc"));
    onTestFinished(() => void server.close());
    await setTimeout(20);
    const { report, entries } = await createWhile(world, () => {});
    expect(report.complete).toBe(true);
    for (const path of ["state/agents/fifo", "state/agents/ipc", "workspace.main/fifo"])
      expect([path, entries[path]]).toEqual([path, "sealed file excluded:special-file"]);
  });
});
