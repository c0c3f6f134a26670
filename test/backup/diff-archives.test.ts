import {
  appendFileSync,
  chownSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Interrupted } from "../../src/cli/errors.ts";
import { archived, create, diff, state, told, workspace } from "../support/diff.ts";
import { plantInstallation, smallInstallation } from "../support/installation.ts";
import { plant } from "../support/tree.ts";
import { makeWorld, namesIn } from "../support/world.ts";

describe("two archives", () => {
  it("of one state are equal, wherever their entries stand", async () => {
    const world = await makeWorld();
    plantInstallation(world.home);
    const [open, sealed] = [await create(world, "a.ocbak"), await create(world, "b.ocbak", "--seal-all")];
    const { status, err, report } = await diff(world, [open, sealed]);
    expect([status, err, told(report), report.notCompared]).toEqual([0, "", [], []]);
    expect(report).toMatchObject({ archive: open, other: sealed, compared: "all" });
    expect(report.archiveId).not.toBe(report.otherId);
  });

  it("of which one leaves something out differ in nothing of that, and it is named", async () => {
    const world = await archived();
    const less = await create(world, "b.ocbak", "--no-workspace", "--exclude", "state/credentials");
    const all = [{ path: "state/credentials", reason: "excluded:user" }];
    const { report } = await diff(world, [less, world.archive]);
    expect(report.notCompared).toEqual(expect.arrayContaining(all));
    expect(told(report).filter((line) => !line.includes("workspace."))).toEqual([]);
    expect((await diff(world, [world.archive, less])).report.notCompared).toEqual(report.notCompared);
    const live = await diff(world, [less]);
    const bob = { path: "workspace.bob", reason: expect.stringContaining("not in the archive") as unknown };
    const main = { path: "state/workspace", reason: "excluded:no-workspace" };
    expect([live.status, live.report.notCompared]).toEqual([0, [...all, main, bob]]);
  });

  it("take no place on this machine", async () => {
    const world = await archived();
    const ran = await world.ocbak(["diff", "--home", world.newHome, world.archive, world.archive]);
    expect(ran).toMatchObject({ status: 2, out: "", err: expect.stringContaining("one archive") });
  });
});

describe("what was taken although a rule leaves it out", () => {
  it("is compared, and nothing else of that place", async () => {
    const world = await makeWorld();
    plant(world.home, { ...smallInstallation, [state("logs/other.log")]: "x" });
    const archive = await create(world, "a.ocbak", "--include", "state/logs/gateway.log");
    expect((await diff(world, [archive])).status).toBe(0);
    appendFileSync(join(world.home, state("logs/gateway.log")), "more");
    appendFileSync(join(world.home, state("logs/other.log")), "more");
    expect(told((await diff(world, [archive])).report)).toEqual(["~ state/logs/gateway.log (content)"]);
  });
});

describe("owners", () => {
  it.runIf(process.geteuid!() === 0)("are compared where that is asked for", async () => {
    const world = await archived();
    chownSync(join(world.home, workspace("MEMORY.md")), 54_321, 54_322);
    expect((await diff(world, [world.archive])).status).toBe(0);
    const { report } = await diff(world, ["--owners", world.archive]);
    expect(report.differences).toEqual([
      {
        kind: "changed",
        path: "workspace.main/MEMORY.md",
        type: "file",
        changes: [
          { what: "owner", from: "0", to: "54321" },
          { what: "group", from: "0", to: "54322" },
        ],
      },
    ]);
    const second = await create(world, "b.ocbak");
    expect((await diff(world, [world.archive, second])).status).toBe(0);
    expect(told((await diff(world, ["--owners", world.archive, second])).report)).toEqual([
      "~ workspace.main/MEMORY.md (owner, group)",
    ]);
  });
});

describe("without the key", () => {
  it("only what is readable is compared, and that is said loudly", async () => {
    const world = await archived();
    appendFileSync(join(world.home, state("openclaw.json")), "// sealed");
    writeFileSync(join(world.home, workspace("new.md")), "perhaps sealed");
    const equal = await diff(world, [world.archive], { keyless: true });
    expect([equal.status, equal.report.compared]).toEqual([0, "plain"]);
    expect(equal.err).toMatch(/warning: no key was given: .*NOT compared/);
    const main = equal.report.roots.find(({ root }) => root === "workspace.main");
    expect(main).toMatchObject({ added: 0, untold: 2 });
    appendFileSync(join(world.home, workspace("MEMORY.md")), "changed");
    rmSync(join(world.home, "projects/bob/MEMORY.md"));
    const differ = await diff(world, [world.archive], { keyless: true });
    expect([differ.status, told(differ.report)]).toEqual([
      4,
      ["- workspace.bob/MEMORY.md", "~ workspace.main/MEMORY.md (content)"],
    ]);
    const text = await world.ocbak(["diff", world.archive], { keyless: true });
    expect(text.out).toMatch(/^WARNING: no key was given/m);
  });

  it("two archives are compared in what is readable in both", async () => {
    const world = await archived();
    const sealed = await create(world, "b.ocbak", "--seal-all");
    const { status, report } = await diff(world, [world.archive, sealed], { keyless: true });
    expect([status, told(report)]).toEqual([0, []]);
    expect(report.roots.some(({ untold }) => untold > 0)).toBe(true);
  });
});

describe("a comparison that is interrupted", () => {
  it.each(["an archive and this machine", "two archives"])(
    "of %s ends at once, and leaves nothing",
    async (what) => {
      const world = await archived({ ...smallInstallation, [state("memory/main.sqlite")]: { rows: 9 } });
      const second = await create(world, "b.ocbak");
      const signal = AbortSignal.abort(new Interrupted("SIGINT"));
      const argv = what === "two archives" ? [world.archive, second] : [world.archive];
      const { status, out } = await world.ocbak(["diff", ...argv], { signal });
      expect([status, out, namesIn(join(world.home, ".cache/ocbak"))]).toEqual([130, "", []]);
    },
  );
});

describe("an archive that does not hold", () => {
  const breaks: Readonly<Record<string, readonly [(path: string) => void, number]>> = {
    "that is cut": [(path) => truncateSync(path, 4000), 21],
    "that is damaged": [(path) => writeFileSync(path, readFileSync(path).fill(0, 3000, 6000)), 20],
    "that is none": [(path) => writeFileSync(path, "no archive"), 27],
    "that is gone": [(path) => renameSync(path, `${path}.away`), 10],
  };

  it.each(Object.entries(breaks))(
    "%s is refused as every reader refuses it, as the first and the second",
    async (_what, [bend, expected]) => {
      const world = await archived();
      const whole = await create(world, "b.ocbak");
      bend(world.archive);
      for (const argv of [[world.archive], [world.archive, whole], [whole, world.archive]]) {
        const { status, out, err } = await world.ocbak(["diff", ...argv]);
        const ls = await world.ocbak(["ls", world.archive]);
        expect([status, out, err]).toEqual([expected, "", ls.err]);
        expect(ls.status).toBe(expected);
      }
    },
  );
});
