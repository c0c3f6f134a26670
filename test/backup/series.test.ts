import { createHash } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createBackup } from "../../src/backup/create.ts";
import { encodeManifest, type Manifest } from "../../src/format/manifest.ts";
import { Archive } from "../../src/format/archive.ts";
import { openRecords } from "../../src/records/database.ts";
import { SeriesRecords } from "../../src/records/series-records.ts";
import { openArchiveFile } from "../../src/store/directory.ts";
import { type ProcessMark, markOf } from "../../src/system/process-mark.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn, type Ran, recordsOf, type World } from "../support/world.ts";

/** A small installation, and a `create` that gives what it reported. */
async function smallWorld() {
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}", ".openclaw-work/openclaw.json": "{}" });
  const at = (name: string): string => join(world.archives, name);
  const create = (name: string, ...flags: string[]): Promise<Ran> =>
    world.ocbak(["create", "-o", at(name), "--json", ...flags]);
  return { ...world, at, create };
}

async function manifestOf(path: string): Promise<Manifest> {
  await using source = await openArchiveFile(path);
  return (await Archive.open(source)).layout.manifest;
}

const digest = (manifest: Manifest): string =>
  createHash("sha256").update(encodeManifest(manifest)).digest("hex");

const seriesOf = async (path: string) => (await manifestOf(path)).series;

/** A process that was here before the last boot. */
const dead: ProcessMark = { host: "testhost", boot: "another", pid: 1, start: "1" };

/** The records as another process of this user would have them open. */
function withRecords<T>(world: World, use: (series: SeriesRecords) => T): T {
  using records = openRecords(world.context());
  return use(new SeriesRecords(records));
}

async function fails(): Promise<void> {
  throw new Error("the pipe broke");
}

/** An installation that is gone, and two of its archives. */
async function older() {
  const world = await smallWorld();
  await world.create("a");
  await world.create("b");
  rmSync(join(world.home, ".openclaw"), { recursive: true });
  const restore = (name: string, ...flags: string[]): Promise<Ran> =>
    world.ocbak(["restore", world.at(name), ...flags]);
  const isBack = (): boolean => namesIn(world.home).includes(".openclaw");
  return { ...world, restore, isBack };
}

describe("the archives of an installation", () => {
  it("are a series, each tied to the manifest of the one before", async () => {
    const { at, create } = await smallWorld();
    for (const name of ["a", "b", "c"]) await create(name);
    const [first, second, third] = await Promise.all(["a", "b", "c"].map((name) => manifestOf(at(name))));
    expect(first!.series).toMatchObject({ sequence: 0, previous: null });
    expect(second!.series).toEqual({ id: first!.series!.id, sequence: 1, previous: digest(first!) });
    expect(third!.series).toEqual({ id: first!.series!.id, sequence: 2, previous: digest(second!) });
  });

  it("are told by the report", async () => {
    const { at, create } = await smallWorld();
    const report: unknown = JSON.parse((await create("a")).out);
    const { createdAt, series } = await manifestOf(at("a"));
    expect(report).toMatchObject({ createdAt, series: { id: series!.id, sequence: 0 } });
  });

  it("are of a series for each profile", async () => {
    const { at, create } = await smallWorld();
    await create("a");
    await create("b", "--profile", "work");
    const [own, other] = [await seriesOf(at("a")), await seriesOf(at("b"))];
    expect(other).toMatchObject({ sequence: 0 });
    expect(other!.id).not.toBe(own!.id);
  });

  it("have no place for one that failed", async () => {
    const world = await smallWorld();
    await world.create("a");
    const sealing = { recipients: [world.recipient] };
    await expect(createBackup({ output: "-", sealing, writeStdout: fails }, world.context())).rejects.toThrow(
      "the pipe broke",
    );
    await world.create("b");
    expect(await seriesOf(world.at("b"))).toMatchObject({
      sequence: 1,
      previous: digest(await manifestOf(world.at("a"))),
    });
  });

  it("go on behind one whose writer was killed after it was published", async () => {
    const world = await smallWorld();
    await world.create("a");
    const { archiveId, series } = await manifestOf(world.at("a"));
    withRecords(world, (records) => {
      records.abandon(archiveId); // of no avail: it is made
      using database = openRecords(world.context());
      database.run("UPDATE series_members SET writer = ?", JSON.stringify(dead));
    });
    await world.create("b");
    expect(await seriesOf(world.at("b"))).toMatchObject({ id: series!.id, sequence: 1 });
  });

  it("go on as if one had never begun whose writer was killed before that", async () => {
    const world = await smallWorld();
    await world.create("a");
    const { series } = await manifestOf(world.at("a"));
    withRecords(world, (records) =>
      records.begin(series!.id, { place: world.at("never"), mark: dead }, () => ({
        archiveId: "0".repeat(30),
        manifestSha256: "0".repeat(64),
      })),
    );
    await world.create("b");
    expect(await seriesOf(world.at("b"))).toMatchObject({
      sequence: 1,
      previous: digest(await manifestOf(world.at("a"))),
    });
  });

  it("follow one that is being written at the same time", async () => {
    const world = await smallWorld();
    await world.create("a");
    const { series } = await manifestOf(world.at("a"));
    const context = world.context();
    const mark = markOf({ host: context.hostname, pid: context.pid, isRunning: context.isRunning });
    withRecords(world, (records) =>
      records.begin(series!.id, { place: world.at("slow"), mark }, () => ({
        archiveId: "0".repeat(30),
        manifestSha256: "5".repeat(64),
      })),
    );
    await world.create("b");
    expect(await seriesOf(world.at("b"))).toMatchObject({ sequence: 2, previous: "5".repeat(64) });
  });

  it("are of no series, with a warning, where the records cannot be used", async () => {
    const world = await smallWorld();
    writeFileSync(world.at("in-the-way"), "");
    const env = { XDG_STATE_HOME: world.at("in-the-way") };
    const { status, err } = await world.ocbak(["create", "-o", world.at("a")], { env });
    expect(status).toBe(0);
    expect(err).toContain("cannot write the records");
    expect(await seriesOf(world.at("a"))).toBeNull();
  });

  it("are no part of a dry run, which writes nothing", async () => {
    const world = await smallWorld();
    await world.create("a", "--dry-run");
    expect(existsSync(recordsOf(dirname(world.home)))).toBe(false);
  });
});

describe("an archive that is older than one seen on this machine", () => {
  it("is refused with 28 and both dates, and nothing is written", async () => {
    const { restore, isBack } = await older();
    const { status, err } = await restore("a");
    expect(status).toBe(28);
    expect(err).toMatch(/is of 2026-03-04T05:06:07Z, number 0 .* has seen number 1 of 2026-03-04T05:06:07Z/);
    expect(err).toContain("--allow-older");
    expect(isBack()).toBe(false);
  });

  it("is told by a dry run", async () => {
    const { restore } = await older();
    const { status, out } = await restore("a", "--dry-run");
    expect(status).toBe(0);
    expect(out).toMatch(
      /number 0 of its series; this machine has seen number 1 .*\(use the newer one; --allow-older restores .*\)\n/,
    );
  });

  it("is restored with --allow-older", async () => {
    const { restore, isBack } = await older();
    expect((await restore("a", "--allow-older")).status).toBe(0);
    expect(isBack()).toBe(true);
  });

  it("is not the newest one", async () => {
    const { restore, isBack } = await older();
    expect((await restore("b")).status).toBe(0);
    expect(isBack()).toBe(true);
  });

  it("is known by a machine that restored the newer one", async () => {
    const { at, ocbak, identityFile, newHome } = await older();
    const elsewhere = { env: { XDG_STATE_HOME: join(newHome, "state") } };
    const restore = (name: string): Promise<Ran> =>
      ocbak(["restore", at(name), "-i", identityFile, "--home", newHome, "--replace"], elsewhere);
    expect((await restore("a")).status).toBe(0);
    expect((await restore("b")).status).toBe(0);
    expect((await restore("a")).status).toBe(28);
  });

  it("may also be one of two with the same place", async () => {
    const world = await smallWorld();
    await world.create("a");
    const { series, createdAt } = await manifestOf(world.at("a"));
    withRecords(world, (records) => {
      using database = openRecords(world.context());
      database.run("UPDATE marks SET archive_id = ? WHERE series_id = ?", "f".repeat(30), series!.id);
      expect(records.mark(series!.id)).toEqual({ sequence: 0, archiveId: "f".repeat(30), createdAt });
    });
    const { status, err } = await world.ocbak(["restore", world.at("a"), "--home", world.newHome]);
    expect(status).toBe(28);
    expect(err).toContain("two have the same place in their series");
  });
});

describe("the records of series", () => {
  it("adopt an archive that is further, and no other", async () => {
    const world = await smallWorld();
    const id = "a".repeat(30);
    withRecords(world, (records) => {
      expect(records.seriesOf({ host: "h", profile: null, stateDir: "/s" }, id)).toBe(id);
      records.adopt({ archiveId: "1".repeat(30), seriesId: id, sequence: 7, manifestSha256: "7".repeat(64) });
      records.adopt({ archiveId: "2".repeat(30), seriesId: id, sequence: 3, manifestSha256: "3".repeat(64) });
      expect(records.head(id)).toEqual({ sequence: 7, manifestSha256: "7".repeat(64) });
    });
  });

  it("never lower a mark", async () => {
    const world = await smallWorld();
    const mark = { archiveId: "1".repeat(30), createdAt: "2026-01-01T00:00:00Z" };
    withRecords(world, (records) => {
      records.raise("s", { ...mark, sequence: 2 });
      records.raise("s", { ...mark, sequence: 1 });
      expect(records.mark("s")).toEqual({ ...mark, sequence: 2 });
    });
  });
});
