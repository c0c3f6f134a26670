import { describe, expect, test } from "vitest";
import { scan } from "../../src/disk/scan.ts";
import { planOf, scanRules, summary, workspaceRoot } from "../support/scan.ts";
import { freshDir, plant } from "../support/tree.ts";

const everything = { include: ["**"] };
const marker = ".openclaw-private-update-capture";

describe("what is never taken", () => {
  test("does not come back by --include, neither a rule's folder nor a name deep in a folder that is wanted", () => {
    const exclude = [
      { id: "cache", pattern: "cache" },
      { id: "tmp", pattern: "tmp", always: true },
      { id: "lock", pattern: "**/*.lock", always: true },
    ];
    const tree = { "cache/a": "1", "cache/x.lock": "22", "tmp/b": "333", "y.lock": "4" };
    expect(planOf(tree, { root: { exclude }, ...everything })).toEqual({
      "": "plain directory",
      cache: "plain directory",
      "cache/a": "plain",
      "cache/x.lock": "excluded:lock 0 entries 2 bytes",
      tmp: "excluded:tmp 1 entries 3 bytes",
      "y.lock": "excluded:lock 0 entries 1 bytes",
    });
  });

  test("counts as never taken though a rule before it names it, too", () => {
    const exclude = [
      { id: "all", pattern: "**/*.sqlite" },
      { id: "lock", pattern: "**/*.lock.sqlite", always: true },
    ];
    const plan = planOf({ "a.lock.sqlite": "1", "b.sqlite": "2" }, { root: { exclude }, ...everything });
    expect(plan).toMatchObject({ "a.lock.sqlite": "excluded:lock 0 entries 1 bytes", "b.sqlite": "plain" });
  });

  test("are OpenClaw's private update captures: beside what they were made of, or marked, in any root", () => {
    const tree = {
      ".openclaw/openclaw.json": "{}",
      ".openclaw.update-captures/1/state.tar": "12345",
      "notes.update-captures/a.md": "of no folder: a name like any other",
      [`deep/capture/${marker}`]: "openclaw-private-update-capture-v1\n",
      "deep/capture/x/y": "123",
      [`deep/other/${marker}/x`]: "a folder of that name",
      "deep/kept.md": "k",
    };
    for (const rules of [{}, everything]) {
      expect(planOf(tree, rules)).toMatchObject({
        ".openclaw.update-captures": "excluded:update-capture 2 entries 5 bytes",
        "notes.update-captures/a.md": "plain",
        "deep/capture": "excluded:update-capture 3 entries 38 bytes",
        "deep/other": "excluded:update-capture 2 entries 21 bytes",
        "deep/kept.md": "plain",
      });
    }
  });

  test("is a whole root that is marked so", () => {
    const dir = plant(freshDir(), { [marker]: "x", "a.md": "a" });
    const plan = summary(scan([workspaceRoot(dir)], { ...scanRules, ...everything }));
    expect(plan).toEqual({ "": "excluded:update-capture 2 entries 2 bytes" });
  });

  test("are ocbak's own staging directories, and the records of restores", () => {
    const tree = {
      ".workspace.ocbak-staging-0a1b2c3d/tree/MEMORY.md": "m",
      "sub/.x.ocbak-undo-20260922T145300Z/journal.json": "{}",
      "about.ocbak-staging-notes.md": "a file of that name is the user's",
      "ocbak-staging-1/a": "and such a folder",
    };
    expect(planOf(tree, everything)).toEqual({
      "": "plain directory",
      ".workspace.ocbak-staging-0a1b2c3d": "excluded:ocbak-staging 2 entries 1 bytes",
      "about.ocbak-staging-notes.md": "plain",
      "ocbak-staging-1": "plain directory",
      "ocbak-staging-1/a": "plain",
      sub: "sealed directory (nothing-plain)",
      "sub/.x.ocbak-undo-20260922T145300Z": "excluded:ocbak-staging 1 entries 2 bytes",
    });
  });
});
