import { appendFileSync, chmodSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { diffText } from "../../src/cli/render/diff-text.ts";
import { archived, diff, state, workspace } from "../support/diff.ts";
import { smallInstallation } from "../support/installation.ts";

// oxlint-disable-next-line no-control-regex
const notForPeople = /[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe("the text of ocbak diff", () => {
  it("of what is equal is one line and what was compared; with --quiet nothing", async () => {
    const world = await archived();
    const { status, out } = await world.ocbak(["diff", world.archive]);
    const main = `workspace.main  ${world.home}/.openclaw/workspace: 4 the same`;
    expect([status, out.split("\n")]).toEqual([
      0,
      [
        `${world.archive} and this machine: no difference in 14 entries.`,
        `state  ${world.home}/.openclaw: 8 the same`,
        `workspace.bob  ${world.home}/projects/bob: 2 the same`,
        main,
        "",
      ],
    ]);
    const quiet = await world.ocbak(["diff", "--quiet", world.archive]);
    expect([quiet.status, quiet.out, quiet.err]).toEqual([0, "", ""]);
  });

  it("names what is added, removed and changed, root by root, also with --quiet", async () => {
    const world = await archived({ ...smallInstallation, [state("memory/main.sqlite")]: { rows: 3 } });
    writeFileSync(join(world.home, state("new")), "x");
    rmSync(join(world.home, "projects/bob/MEMORY.md"));
    appendFileSync(join(world.home, workspace("run.sh")), "x");
    chmodSync(join(world.home, workspace("run.sh")), 0o700);
    const database = new DatabaseSync(join(world.home, state("memory/main.sqlite")));
    database.exec(
      "INSERT INTO notes (body) VALUES ('x'); CREATE VIEW v AS SELECT 1; PRAGMA user_version = 2",
    );
    database.close();
    const { status, out } = await world.ocbak(["diff", "--quiet", world.archive]);
    expect([status, out.split("\n")]).toEqual([
      4,
      [
        `${world.archive} and this machine: 4 differences.`,
        `state  ${world.home}/.openclaw: 1 added, 1 changed, 9 the same`,
        "  ~ state/memory/main.sqlite (content)",
        "      user_version differs",
        "      the definition of view v differs",
        "      table notes: 3 rows → 4 rows",
        "  + state/new",
        `workspace.bob  ${world.home}/projects/bob: 1 removed, 1 the same`,
        "  - workspace.bob/MEMORY.md",
        `workspace.main  ${world.home}/.openclaw/workspace: 1 changed, 3 the same`,
        "  ~ workspace.main/run.sh (content, mode 0755 → 0700)",
        "",
      ],
    ]);
  });

  it("has two hundred lines of differences, and counts the rest", async () => {
    const world = await archived();
    for (let n = 0; n < 250; n += 1) writeFileSync(join(world.home, workspace(`n${n}`)), "");
    const { out } = await world.ocbak(["diff", world.archive]);
    expect(out.split("\n").filter((line) => line.startsWith("  + "))).toHaveLength(200);
    expect(out).toContain("… and 50 more differences (--json has them)\n");
    expect((await diff(world, [world.archive])).report.differences).toHaveLength(250);
  });

  it("shows no name, target or table as it is that a terminal would obey", async () => {
    const odd = "\u001b[2Jx\ny\u202e";
    const bytes = Buffer.from(odd).toString("latin1");
    const world = await archived({
      ...smallInstallation,
      [workspace(`${bytes}-gone`)]: "x",
      [workspace("link")]: { to: "here" },
      [state("main.sqlite")]: { rows: 1 },
    });
    rmSync(join(world.home, workspace(`${odd}-gone`)));
    writeFileSync(join(world.home, workspace(`${odd}-new`)), "x");
    unlinkSync(join(world.home, workspace("link")));
    symlinkSync(odd, join(world.home, workspace("link")));
    const database = new DatabaseSync(join(world.home, state("main.sqlite")));
    database.exec(`CREATE TABLE "${odd}" (x)`);
    database.close();
    const { status, out, err } = await world.ocbak(["diff", world.archive]);
    expect([status, notForPeople.exec(`${out}${err}`)]).toEqual([4, null]);
    expect(out.match(/\\x1b\[2Jx\\x0ay/g)).toHaveLength(5);
  });

  it("names what could not be compared and why", () => {
    const text = diffText({
      archive: "a",
      archiveId: "1",
      other: "b",
      otherId: "2",
      equal: true,
      compared: "all",
      roots: [],
      differences: [],
      notCompared: Array.from({ length: 22 }, (_, n) => ({ path: `state/${n}`, reason: "excluded:user" })),
      warnings: [],
    });
    expect(text.split("\n").slice(0, 3)).toEqual([
      "a and b: no difference in 0 entries.",
      "Not compared:",
      "  state/0: excluded:user",
    ]);
    expect(text).toContain("  state/19: excluded:user\n  … and 2 more\n");
  });
});
