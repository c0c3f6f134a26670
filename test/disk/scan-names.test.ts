import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TreeScan, scan } from "../../src/disk/scan.ts";
import { parseEntryPath, pathBytes, sortKey } from "../../src/format/entry-path.ts";
import { entryAt as find, scanRules as rules, summary, workspaceRoot as root } from "../support/scan.ts";
import { oddNames } from "../support/odd-names.ts";
import { canBecomeNobody, runAsNobody } from "../support/nobody.ts";
import { freshDir, plant } from "../support/tree.ts";

describe("names and order", () => {
  test("every name that the file system takes is an entry of its own", () => {
    const dir = plant(freshDir(), Object.fromEntries(oddNames.map((name) => [name, name])));
    const result = scan([root(dir)], rules);
    const names = result.entries.slice(1).map(({ path }) => path.slice("workspace.main/".length));
    expect(names).toEqual([...oddNames].sort());
    for (const { path } of result.entries) expect(parseEntryPath(pathBytes(path))).toBe(path);
  });

  test("entries come parents first, component by component in byte order, over all roots", () => {
    const name = fc.stringMatching(/^[a-b.\-\x20\xff]{1,3}$/).filter((text) => text !== "." && text !== "..");
    const path = fc
      .array(name, { minLength: 1, maxLength: 4 })
      .map((components) => `${components.join("/")}/leaf`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
        const dir = plant(freshDir(), Object.fromEntries(paths.map((one) => [one, "x"])));
        const roots = [root(dir), root(dir, { id: "agent" }), root(dir, { id: "agent-x" })];
        const keys = scan(roots, rules).entries.map((entry) => sortKey(entry.path));
        expect(keys).toEqual([...keys].sort());
      }),
      { numRuns: 30 },
    );
  });

  test("an entry that is nested too deep is a finding", () => {
    const dir = freshDir();
    mkdirSync(join(dir, "d/".repeat(260)), { recursive: true });
    const result = scan([root(dir)], rules);
    expect(result.findings).toMatchObject([{ kind: "unfit-name" }]);
    expect(result.entries).toHaveLength(256);
  });
});

describe("roots and trouble", () => {
  test("a root that is a link is followed, a link below it is not", () => {
    const dir = plant(freshDir(), { "real/a.md": "a", "real/l": { to: "a.md" } });
    symlinkSync("real", join(dir, "alias"));
    const result = scan([root(join(dir, "alias"))], rules);
    expect(summary(result)).toEqual({ "": "plain directory", "a.md": "plain", l: "plain symlink" });
    expect(find(result, "workspace.main").source).toBe(join(dir, "real"));
  });

  test("a root that is a single file is one entry under the root's id", () => {
    const file = join(plant(freshDir(), { "openclaw.json": "{}" }), "openclaw.json");
    const result = scan([root(file, { id: "config", sealing: "always" })], rules);
    expect(result.entries).toMatchObject([{ path: "config", type: "file", size: 2, source: file }]);
  });

  test("a missing root is an error", () => {
    expect(() => scan([root(join(freshDir(), "none"))], rules)).toThrow(
      expect.objectContaining({ code: "root-missing" }),
    );
  });

  test("a sparse file is planned with its apparent size", () => {
    const dir = plant(freshDir(), { hole: "" });
    truncateSync(join(dir, "hole"), 5 * 1024 ** 3);
    const result = scan([root(dir)], rules);
    expect(result.totals.sealed).toEqual({ entries: 2, contentBytes: 5 * 1024 ** 3 });
  });

  test.runIf(canBecomeNobody)("what may not be read is an entry that says so", () => {
    const dir = plant(freshDir(), {
      "shut/a.md": "a",
      "secret.md": { text: "s", mode: 0o000 },
      "open.md": { text: "o", mode: 0o644 },
    });
    chmodSync(join(dir, "shut"), 0o700);
    chmodSync(dir, 0o755);
    const scanPath = new URL("../../src/disk/scan.ts", import.meta.url).pathname;
    const scannerPath = new URL("../../src/backup/content-scan/scan-entry.ts", import.meta.url).pathname;
    const output = runAsNobody(
      `import { EntryScanner } from ${JSON.stringify(scannerPath)};
      import { TreeScan } from ${JSON.stringify(scanPath)};
      const roots = [{ id: "workspace.main", path: process.argv[1], sealing: "by-rule", exclude: [] }];
      const tree = new TreeScan({ seal: [], plainBytesMax: 1000 });
      const verdicts = [];
      for (const { candidates } of tree.look(roots)) verdicts.push(...(await new EntryScanner([], 1000).scan(candidates)));
      const { entries } = tree.settle(verdicts);
      console.log(JSON.stringify(entries.map(({ path, section, unreadable }) => ({ path, section, unreadable }))));`,
      dir,
    );
    expect(JSON.parse(output)).toEqual([
      { path: "workspace.main", section: "plain" },
      { path: "workspace.main/open.md", section: "plain" },
      { path: "workspace.main/secret.md", section: "sealed", unreadable: "EACCES" },
      { path: "workspace.main/shut", section: "sealed", unreadable: "EACCES" },
    ]);
  });

  test("a tree in which names come and go is scanned to its end", () => {
    const dir = plant(
      freshDir(),
      Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`d${i % 7}/f${i}`, "x"])),
    );
    const tree = new TreeScan(rules);
    const parts = tree.look([root(dir)]);
    parts.next();
    rmSync(join(dir, "d6"), { recursive: true });
    writeFileSync(join(dir, "d5", "new"), "x");
    for (const _ of parts);
    expect(find(tree.settleUnread(), "workspace.main/d6")).toMatchObject({
      section: "sealed",
      vanished: "ENOENT",
    });
  });
});
