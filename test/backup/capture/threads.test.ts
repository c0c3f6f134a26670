import { randomBytes } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createBackup } from "../../../src/backup/create.ts";
import { threadsFor } from "../../../src/backup/create-threads/thread-count.ts";
import { workParent } from "../../../src/backup/archive-name.ts";
import type { CreateReport, ListedEntry } from "../../../src/backup/reports.ts";
import { fakeSecrets } from "../../support/fake-secrets.ts";
import { plant } from "../../support/tree.ts";
import { makeWorld, namesIn, type World } from "../../support/world.ts";

const megabyte = 1024 * 1024;

/** Some of everything that comes its own way through the threads, and enough small files for several frames. */
function plantMixed(home: string): string {
  const state = join(home, ".openclaw");
  plant(home, { ".openclaw/openclaw.json": "{}\n", ".openclaw/workspace/MEMORY.md": "# Memory\n" });
  for (const folder of ["media", "sessions", "workspace/notes"]) mkdirSync(join(state, folder));
  for (let n = 0; n < 160; n++) {
    writeFileSync(join(state, `sessions/${n}.jsonl`), randomBytes(15_000 + n));
    writeFileSync(join(state, `workspace/notes/${n}.md`), `note ${n}\n`.repeat(n));
  }
  writeFileSync(join(state, "workspace/notes/7.key.md"), fakeSecrets.get("groq")!.text);
  writeFileSync(join(state, "media/a-large.bin"), randomBytes(9 * megabyte + 17));
  writeFileSync(join(state, "media/b-larger.bin"), Buffer.alloc(5 * megabyte, "0123456789"));
  writeFileSync(join(state, "media/c-holes.bin"), "end");
  truncateSync(join(state, "media/c-holes.bin"), 7 * megabyte);
  linkSync(join(state, "media/a-large.bin"), join(state, "media/z-again.bin"));
  linkSync(join(state, "sessions/3.jsonl"), join(state, "sessions/z-3.jsonl"));
  linkSync(join(state, "workspace/notes/9.md"), join(state, "workspace/notes/z-9.md"));
  symlinkSync("../sessions", join(state, "media/link"));
  writeFileSync(
    join(state, "not-a-database.sqlite"),
    Buffer.concat([Buffer.from("SQLite format 3\0"), randomBytes(8176)]),
  );
  for (const name of ["one", "two", "three"]) {
    using db = new DatabaseSync(join(state, `${name}.sqlite`));
    db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)");
    const insert = db.prepare("INSERT INTO t (data) VALUES (?)");
    for (let n = 0; n < 200; n++) insert.run(Buffer.alloc(4000, `${name}${n}`));
  }
  return state;
}

/** Large enough for a thread of its own to copy it. */
function plantLargeDatabase(file: string): void {
  using db = new DatabaseSync(file);
  db.exec("CREATE TABLE t (data BLOB)");
  db.prepare("INSERT INTO t VALUES (?)").run(Buffer.alloc(33 * megabyte, "large"));
}

interface Made {
  readonly report: CreateReport;
  readonly entries: readonly ListedEntry[];
}

async function make(world: World, threads: number): Promise<Made> {
  const output = join(world.archives, `${threads}.ocbak`);
  const report = await createBackup(
    { output, threads, sealing: { recipients: [world.recipient] } },
    world.context(),
  );
  const { out } = await world.ocbak(["ls", "--json", output]);
  return { report, entries: (JSON.parse(out) as { entries: ListedEntry[] }).entries };
}

/** What becomes of the entries where the state dir is exchanged once it was looked at. */
async function countsWithoutRoot(threads: number): Promise<CreateReport["entries"]> {
  const world = await makeWorld();
  const state = plantMixed(world.home);
  const start = (label: string): void => {
    if (label !== "create") return;
    renameSync(state, `${state}-away`);
    mkdirSync(state);
  };
  const report = await createBackup(
    {
      output: join(world.archives, "a.ocbak"),
      threads,
      sealing: { recipients: [world.recipient] },
    },
    world.context({ progress: { start, advance() {}, finish() {} } }),
  );
  expect(report.complete).toBe(false);
  return report.entries;
}

describe("an archive that threads read and pack", () => {
  it("has the same entries, digests, links and findings", async () => {
    const world = await makeWorld();
    const state = plantMixed(world.home);
    plantLargeDatabase(join(state, "large.sqlite"));
    const alone = await make(world, 0);
    const together = await make(world, 2);
    expect(together.entries).toEqual(alone.entries);
    expect(alone.entries.filter(({ type }) => type === "hardlink")).toHaveLength(3);
    expect(alone.entries.filter(({ status }) => status === "database")).toHaveLength(4);
    const {
      durationMs: _,
      archive: _a,
      archiveId: _i,
      createdAt: _c,
      series: _s,
      ...facts
    } = together.report;
    expect(alone.report).toMatchObject({
      ...facts,
      sizeBytes: expect.any(Number),
      sections: expect.any(Array),
    });
    expect(together.report.warnings).toEqual([
      expect.stringMatching(/not-a-database.sqlite: stored as it lies/),
    ]);
    expect(together.report.verified).toBe("full");
    expect(namesIn(workParent(world.context()))).toEqual([]);
  });

  it("takes what moved out of the plain section again, sealed", async () => {
    const world = await makeWorld();
    const state = plantMixed(world.home);
    let isChanged = false;
    const start = (label: string): void => {
      if (label !== "create" || isChanged) return;
      isChanged = true;
      for (let n = 0; n < 200; n += 50)
        writeFileSync(join(state, `workspace/notes/${n}.md`), fakeSecrets.get("groq")!.text);
    };
    const output = join(world.archives, "a.ocbak");
    await createBackup(
      { output, threads: 2, sealing: { recipients: [world.recipient] } },
      world.context({ progress: { start, advance() {}, finish() {} } }),
    );
    const { out } = await world.ocbak(["ls", "--json", output]);
    const { entries } = JSON.parse(out) as { entries: ListedEntry[] };
    const moved = entries.filter(({ path }) => /notes\/(0|50|100|150)\.md$/.test(path));
    expect(moved.map(({ section, status }) => [section, status])).toEqual(moved.map(() => ["sealed", "ok"]));
    expect(moved).toHaveLength(4);
  });

  it("is whole though its bytes are looked at late, while the next are made", async () => {
    const world = await makeWorld();
    const state = plantMixed(world.home);
    writeFileSync(join(state, "media/more.bin"), randomBytes(14 * megabyte));
    const parts: Buffer[] = [];
    const writeStdout = async (chunk: Uint8Array): Promise<void> => {
      await setTimeout(20);
      parts.push(Buffer.from(chunk));
    };
    await createBackup(
      { output: "-", writeStdout, threads: 2, sealing: { recipients: [world.recipient] } },
      world.context(),
    );
    const archive = join(world.archives, "late.ocbak");
    writeFileSync(archive, Buffer.concat(parts));
    expect(Buffer.concat(parts).length).toBeGreaterThan(2 * 8 * megabyte);
    // 3: one file is no database, though it says so.
    expect(await world.ocbak(["verify", archive])).toMatchObject({ status: 3 });
  });

  it("says of a folder that was exchanged meanwhile what one thread says", async () => {
    expect(await countsWithoutRoot(2)).toEqual(await countsWithoutRoot(0));
  });

  it("is given up at once where it is aborted, and leaves nothing", async () => {
    const world = await makeWorld();
    plantMixed(world.home);
    const abort = new AbortController();
    let job = "";
    const start = (label: string): void => void (job = label);
    const advance = (): void => {
      if (job === "create") abort.abort(new Error("enough"));
    };
    const making = createBackup(
      {
        output: join(world.archives, "a.ocbak"),
        threads: 2,
        sealing: { recipients: [world.recipient] },
      },
      world.context({ signal: abort.signal, progress: { start, advance, finish() {} } }),
    );
    await expect(making).rejects.toThrow("enough");
    expect(readdirSync(world.archives)).toEqual([]);
    expect(namesIn(workParent(world.context()))).toEqual([]);
  });
});

it("a small installation takes no threads, a large one as many as are of use", () => {
  expect(threadsFor({ contentBytes: 10 * megabyte, entries: 1000 })).toBe(0);
  expect(threadsFor({ contentBytes: 0, entries: 100_000 })).toBeGreaterThan(0);
  expect(threadsFor({ contentBytes: 1024 * megabyte, entries: 1 })).toBeGreaterThan(0);
});
