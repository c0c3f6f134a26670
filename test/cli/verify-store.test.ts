import { mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/cli/run.ts";
import { testCli } from "../support/cli.ts";
import { start } from "../support/program.ts";
import { differences, parseShape } from "../support/documented-shape.ts";
import { makeStore, type TestStore } from "../support/stores.ts";
import { makeWorld, type World } from "../support/world.ts";

const docs = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const shape = parseShape(/^JSON of a store: `(\{.*?\})`/m.exec(docs)![1]!);

/** Two archives, and the settings that call their store `nas`. */
async function twoArchives(): Promise<TestStore & { world: World }> {
  const world = await makeWorld();
  const stored = await makeStore(world);
  for (const day of [1, 2]) await stored.put(`${day}.ocbak`, { at: `2026-02-0${day}T03:00:00Z` });
  const settings = JSON.stringify({ stores: [{ name: "nas", path: stored.path }] });
  writeFileSync(join(world.home, ".config/ocbak/config.json"), settings);
  return { ...stored, world };
}

describe("ocbak verify of a store", () => {
  it.each([
    ["its folder", (path: string) => ["verify", path]],
    ["its folder, from where one is", () => ["verify", "../archives/store"]],
    ["its name in the settings", () => ["verify", "nas"]],
    ["a group of one", () => ["verify", "nas", "--subset", "1/1"]],
    ["a part of one", () => ["verify", "nas", "--subset", "auto/1"]],
  ])("reads its archives, named by %s", async (_what, argv) => {
    const { path, world } = await twoArchives();
    const { status, out, err } = await world.ocbak(argv(path), {
      keyless: true,
      env: { XDG_CONFIG_HOME: join(world.home, ".config"), OCBAK_IDENTITY_FILE: "" },
    });
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/store: 2 of 2 archives read/);
  });

  it("ends with the worst of its archives, names each that is not whole, and gives the JSON that docs/cli.md promises", async () => {
    const { path, world } = await twoArchives();
    truncateSync(join(path, "1.ocbak"), 30_000);
    writeFileSync(join(path, "strange\u001b[31m.ocbak"), "strange");
    const text = await world.ocbak(["verify", path, "--quiet"]);
    expect(text.status).toBe(27);
    expect(text.out).toMatch(/^ {2}1\.ocbak: partial: /m);
    expect(text.out).toMatch(/^ {2}strange\S*\[31m\.ocbak: not-an-archive: /m);
    expect(text.out).not.toContain("\u001b");
    expect(text.err).toMatch(/error: .*store: 2 archives not proved to be whole\n.*hint: /);
    for (const flags of [[], ["--subset", "30d"], ["--subset", "2/2"], ["--subset", "auto/2"]]) {
      const { status, out } = await world.ocbak(["verify", path, "--json", ...flags]);
      expect(status).toBe(27);
      expect(differences(JSON.parse(out), shape)).toEqual([]);
    }
  });

  it("takes a file for an archive although a store of the settings has its name", async () => {
    const { path, world } = await twoArchives();
    renameSync(join(path, "1.ocbak"), join(world.home, "1.ocbak"));
    const settings = JSON.stringify({ stores: [{ name: "1.ocbak", path }] });
    writeFileSync(join(world.home, ".config/ocbak/config.json"), settings);
    const { out } = await start(world, ["verify", "1.ocbak", "--level", "intact"]).ended;
    expect(out).toContain("1.ocbak: intact");
  });

  it("does not take a name that is empty, as a variable that is not set gives it, for the folder it is in", async () => {
    const { path, world } = await twoArchives();
    const cli = testCli({ home: world.home });
    expect(await run(["verify", ""], { ...cli.io, cwd: path })).toBe(10);
    expect(await run(["verify", "", "--subset", "30d"], { ...cli.io, cwd: path })).toBe(2);
  });

  it.each([
    [
      "a folder that is no store, as an unmounted disk is",
      ["--subset", "30d"],
      10,
      /is the disk mounted there/,
    ],
    ["such a folder, also without a part", [], 10, /is the disk mounted there/],
    ["a part that is none", ["--subset", "3/2"], 2, /no part of a store/],
    ["a part of which nothing is to be read", ["--subset", "30d", "--level", "quick"], 2, /take one of them/],
    ["no parts", ["--subset", "auto/0"], 2, /no part of a store/],
    ["no time at all", ["--subset", "0d"], 2, /no part of a store/],
  ])("refuses %s", async (_what, flags, status, words) => {
    const { world } = await twoArchives();
    const folder = join(world.archives, "unmounted");
    mkdirSync(folder);
    const ran = await world.ocbak(["verify", folder, ...flags]);
    expect(ran.status).toBe(status);
    expect(ran.err).toMatch(words);
  });

  it("says of a file that is not there that it is not, whatever is wrong with the settings", async () => {
    const { world } = await twoArchives();
    writeFileSync(join(world.home, ".config/ocbak/config.json"), "{");
    const { status, err } = await world.ocbak(["verify", "gone.ocbak"]);
    expect([status, err]).toEqual([10, expect.stringContaining("gone.ocbak")]);
  });
});
