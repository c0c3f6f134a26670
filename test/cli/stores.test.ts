import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, parseShape } from "../support/documented-shape.ts";
import { firstOf, following, makeStore, type TestStore } from "../support/stores.ts";
import { makeWorld, namesIn, type World } from "../support/world.ts";

const docs = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");

/** Five days of a series of this host, two archives of another one, one that is cut, and two other files. */
async function fullStore(): Promise<TestStore & { world: World }> {
  const world = await makeWorld();
  const made = await makeStore(world);
  let series = firstOf("1");
  for (let day = 1; day <= 5; day++)
    series = following(
      await made.put(`0${day}.ocbak`, { at: `2026-02-0${day}T03:00:00Z`, series, tags: ["nightly"] }),
    );
  for (const day of [1, 2])
    await made.put(`other-${day}.ocbak`, { at: `2026-01-0${day}T00:00:00Z`, host: "other", profile: "work" });
  truncateSync(join(made.path, "01.ocbak"), 30_000);
  rmSync(join(made.path, "03.ocbak"));
  writeFileSync(join(made.path, "strange\u001b[31m.ocbak"), "strange");
  writeFileSync(join(made.path, "mine.txt"), "mine");
  return { ...made, world };
}

function settings({ home }: World, value: object): void {
  writeFileSync(join(home, ".config/ocbak/config.json"), JSON.stringify(value));
}

const archivesIn = (path: string): string[] =>
  namesIn(path).filter((name) => /^\w+(-\d)?\.ocbak$/.test(name));

describe("ocbak archives", () => {
  it("shows the archives by series, what is missing, what the policy keeps, and what it leaves alone", async () => {
    const { path, world } = await fullStore();
    const { status, out, err } = await world.ocbak(["archives", path, "--keep-daily", "1"]);
    expect([status, err]).toEqual([0, ""]);
    const lines = out
      .replaceAll(/\d+\.\d KiB/g, "SIZE")
      .replaceAll(path, "STORE")
      .split("\n");
    expect(lines.map((line) => line.replaceAll(/ {2,}/g, " | ").trim())).toEqual([
      "STORE: 6 archives, SIZE; dates are UTC",
      "",
      "other, profile work: /home/alice/.openclaw (2 archives, SIZE)",
      "| date | size | verdict | marks | name",
      "| 2026-01-02 00:00:00 | SIZE | complete | - | other-2.ocbak",
      "| 2026-01-01 00:00:00 | SIZE | complete | - | other-1.ocbak",
      "",
      "testhost: /home/alice/.openclaw (4 archives, SIZE)",
      "| date | size | verdict | kept by | marks | name",
      "| 2026-02-05 03:00:00 | SIZE | complete | daily, newest | nightly | 05.ocbak",
      "| 2026-02-04 03:00:00 | SIZE | complete | nothing | nightly | 04.ocbak",
      "| 2026-02-02 03:00:00 | SIZE | complete | nothing | nightly | 02.ocbak",
      expect.stringMatching(
        /^\| 2026-02-01 03:00:00 \| SIZE \| partial \(.*\) \| does not verify \| nightly \| 01\.ocbak$/,
      ),
      "| missing: number 2 of this series; this machine did not prune it here",
      expect.stringMatching(/^left alone: strange\\\S*\[31m\.ocbak \(not-an-archive: /),
      "left alone: 1 file that is no archive",
      "",
    ]);
  });

  it.each([
    ["with a policy", ["--keep-last", "2", "--all-hosts"]],
    ["without one", []],
  ])("gives the JSON that docs/cli.md promises, %s", async (_what, flags) => {
    const { path, world } = await fullStore();
    const { status, out } = await world.ocbak(["archives", path, "--json", ...flags]);
    expect(status).toBe(0);
    expect(differences(JSON.parse(out), documented("archives"))).toEqual([]);
  });

  it("takes stores and policy from the settings, by name or all, and goes on where one is not there", async () => {
    const { path, world } = await fullStore();
    const gone = join(world.archives, "unmounted");
    mkdirSync(gone);
    settings(world, {
      stores: [
        { name: "usb", path: gone },
        { name: "nas", path },
      ],
      retention: { keepLast: 1 },
    });
    const all = await world.ocbak(["archives"]);
    expect(all.status).toBe(10);
    expect(all.err).toMatch(/error: store usb: .* is no store[^]*hint: is the disk mounted there/);
    expect(all.out).toContain("last, newest");
    const { status, out } = await world.ocbak(["archives", "nas", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      stores: [{ store: "nas", exitStatus: 0, report: { policy: { keepLast: 1 } } }],
    });
  });
});

describe("ocbak prune", () => {
  it("says in a dry run what it then does, and touches nothing of another host", async () => {
    const { path, world } = await fullStore();
    const argv = ["prune", path, "--keep-last", "1", "--keep-within", "1d"];
    const before = namesIn(path);
    const dry = await world.ocbak([...argv, "--dry-run", "--quiet"]);
    expect(dry).toMatchObject({ status: 0, err: "" });
    expect(dry.out).toMatch(/2 archives are to be removed[^]*would be removed {2}no rule keeps it/);
    expect(dry.out).toContain("not touched: 2 archives of other, profile work");
    expect(namesIn(path)).toEqual(before);
    expect(await world.ocbak([...argv, "--quiet"])).toMatchObject({ status: 0, out: "", err: "" });
    expect(archivesIn(path)).toEqual(["01.ocbak", "05.ocbak", "other-1.ocbak", "other-2.ocbak"]);
    const { out } = await world.ocbak(["archives", path]);
    expect(out).not.toContain("missing");
  });

  it("prunes by the settings, and by flags instead where one is given", async () => {
    const { path, world } = await fullStore();
    settings(world, { stores: [{ name: "nas", path }], retention: { keepTags: ["nightly"] } });
    await world.ocbak(["prune"]);
    expect(archivesIn(path)).toHaveLength(6);
    await world.ocbak(["prune", "--keep-last", "1", "--all-hosts"]);
    expect(archivesIn(path)).toEqual(["01.ocbak", "05.ocbak", "other-2.ocbak"]);
  });

  it("gives the JSON that docs/cli.md promises", async () => {
    const { path, world } = await fullStore();
    for (const flags of [["--dry-run"], []]) {
      const { status, out } = await world.ocbak(["prune", path, "--keep-last", "1", "--json", ...flags]);
      expect(status).toBe(0);
      expect(differences(JSON.parse(out), documented("prune"))).toEqual([]);
    }
  });

  it("refuses an empty name, as a variable that is not set gives it, although there are stores in the settings", async () => {
    const { path, world } = await fullStore();
    settings(world, { stores: [{ name: "nas", path }], retention: { keepLast: 1 } });
    const { status, err } = await world.ocbak(["prune", ""]);
    expect(status).toBe(2);
    expect(err).toContain("empty");
    expect(archivesIn(path)).toHaveLength(6);
  });

  it.each<[string, string[], number, RegExp]>([
    ["no policy", ["STORE"], 2, /there is no retention policy/],
    ["an empty policy", ["STORE", "--keep-last", "0"], 2, /has no rule/],
    ["what is no span", ["STORE", "--keep-within", "1w"], 2, /no span of time[^]*a week is 7d/],
    ["what is no number", ["STORE", "--keep-last", "-1"], 2, /whole number, or all/],
    ["two answers about hosts", ["STORE", "--keep-last", "1", "--host", "a", "--all-hosts"], 2, /exclude/],
    ["no store", ["--keep-last", "1"], 2, /no store is named/],
    ["a folder that is no store", ["HOME", "--keep-last", "1"], 10, /is no store/],
    ["a place that is not there", ["/nonexistent", "--keep-last", "1"], 10, /nonexistent/],
  ])("refuses %s", async (_what, argv, expected, message) => {
    const { path, world } = await fullStore();
    const places = new Map([
      ["STORE", path],
      ["HOME", world.home],
    ]);
    const before = namesIn(path);
    const { status, err } = await world.ocbak(["prune", ...argv.map((one) => places.get(one) ?? one)]);
    expect(status).toBe(expected);
    expect(err).toMatch(message);
    expect(namesIn(path)).toEqual(before);
  });

  it("ends with 11 while another run holds the store", async () => {
    const { path, store, world } = await fullStore();
    await using _lock = await store.lock("a test");
    expect(await world.ocbak(["prune", path, "--keep-last", "1"])).toMatchObject({ status: 11 });
    expect(await world.ocbak(["prune", path, "--keep-last", "1", "--dry-run"])).toMatchObject({ status: 0 });
  });
});

/** What docs/cli.md says of a command's JSON. */
function documented(command: string): ReturnType<typeof parseShape> {
  const chapter = docs.split(/^## /m).find((one) => one.startsWith(`\`ocbak ${command}\``))!;
  return parseShape(/^JSON: `(\{.*?\})`/m.exec(chapter)![1]!);
}
