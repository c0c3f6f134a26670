import { describe, expect, test } from "vitest";
import type { ContentVerdict } from "../../src/disk/scan.ts";
import { lookedAt, scanRules, summary, workspaceRoot } from "../support/scan.ts";
import { freshDir, plant, type Tree } from "../support/tree.ts";

const clean: ContentVerdict = { scannedSha256: "00".repeat(32) };
const hit: ContentVerdict = { ...clean, sealedBy: "secret:x" };

/** The plan of a tree whose candidates get these verdicts, by path; all others are clean. */
function judged(
  tree: Tree,
  verdicts: Readonly<Record<string, ContentVerdict>>,
  expose: readonly string[] = [],
) {
  const roots = [workspaceRoot(plant(freshDir(), tree))];
  const { tree: scan, candidates } = lookedAt(roots, { ...scanRules, expose });
  const paths = candidates.map(({ path }) => path.replace("workspace.main/", ""));
  const result = scan.settle(paths.map((path) => verdicts[path] ?? clean));
  const { "": _root, ...plan } = summary(result);
  return { paths, plan, exposed: result.exposed.map(({ path, reason }) => `${path}: ${reason}`) };
}

describe("what a look into files seals", () => {
  test("it is asked of files and links that no rule seals", () => {
    const tree = { "a.md": "a", ".env": "b", ".git/c": "c", link: { to: "a.md" }, "data.any": { rows: 1 } };
    expect(judged(tree, {}).paths).toEqual(["a.md", "link"]);
  });

  test("a file is sealed with all its names, and with the links that meet it", () => {
    const tree = {
      "a.md": "a",
      "b/again.md": { sameAs: "a.md" },
      "b/link": { to: "again.md" },
      "c.md": "c",
      "d/link": { to: "../c.md" },
    };
    const { plan } = judged(tree, { "b/again.md": hit });
    expect(plan).toEqual({
      "a.md": "sealed (hardlink)",
      b: "sealed directory (nothing-plain)",
      "b/again.md": "sealed hardlink (secret:x)",
      "b/link": "sealed symlink (link-target-sealed)",
      "c.md": "plain",
      d: "plain directory",
      "d/link": "plain symlink",
    });
  });

  test("a link can be sealed for what it says", () => {
    expect(judged({ "a.md": "a", link: { to: "a.md" } }, { link: hit }).plan).toEqual({
      "a.md": "plain",
      link: "sealed symlink (secret:x)",
    });
  });

  test("a file of which nobody says that it was read is sealed", () => {
    const tree = { "a.md": "a", "b.md": "b", "c.md": "c" };
    expect(judged(tree, { "a.md": {}, "b.md": { sealedBy: "not-scanned" } }).plan).toEqual({
      "a.md": "sealed (not-scanned)",
      "b.md": "sealed (not-scanned)",
      "c.md": "plain",
    });
  });

  test("a verdict is due for each candidate", () => {
    const { tree: scan } = lookedAt([workspaceRoot(plant(freshDir(), { "a.md": "a" }))], scanRules);
    expect(() => scan.settle([])).toThrow(RangeError);
  });
});

describe("what the user wants readable", () => {
  const tree: Tree = {
    "a.md": "a",
    ".env": "K=1",
    "keys/x.pem": "x",
    "big.pem": Buffer.alloc(1024 * 1024 + 1),
  };

  test("is so whatever a rule or a look says, and is named", () => {
    const { paths, plan, exposed } = judged(tree, { "a.md": hit }, ["**"]);
    expect(paths).toEqual([".env", "a.md", "keys/x.pem"]);
    expect(plan).toEqual({
      ".env": "plain",
      "a.md": "plain",
      "big.pem": "sealed (key)",
      keys: "plain directory",
      "keys/x.pem": "plain",
    });
    expect(exposed).toEqual([
      "workspace.main/.env: env",
      "workspace.main/keys/x.pem: key",
      "workspace.main/a.md: secret:x",
    ]);
  });

  test("is sealed all the same where it could not be read, or has another name that is sealed", () => {
    const linked = { ...tree, "other.pem": { sameAs: ".env" } };
    const { plan, exposed } = judged(linked, { "a.md": { sealedBy: "not-scanned" } }, ["*/a.md", "*/.env"]);
    expect(plan).toMatchObject({ ".env": "sealed (hardlink)", "a.md": "sealed (not-scanned)" });
    expect(exposed).toEqual([]);
  });
});
