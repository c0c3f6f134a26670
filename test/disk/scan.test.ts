import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { scan } from "../../src/disk/scan.ts";
import {
  entryAt as find,
  planOf,
  scanRules as rules,
  summary,
  workspaceRoot as root,
} from "../support/scan.ts";
import { freshDir, plant, type Tree } from "../support/tree.ts";

describe("which section an entry stands in", () => {
  test("a workspace file is plain unless a rule, its size or its first bytes seal it", () => {
    const plan = planOf({
      "notes.md": "hello",
      "empty.md": "",
      ".env": "KEY=1",
      "sub/.ENV.local": "KEY=2",
      "sub/big.bin": Buffer.alloc(1024 * 1024 + 1),
      "sub/limit.bin": Buffer.alloc(1024 * 1024),
      ".git/objects/aa": "blob",
      "data.any": { rows: 1 },
      "only-secret/cert.pem": "x",
      hollow: { dir: true },
    });
    expect(plan).toEqual({
      "": "plain directory",
      ".env": "sealed (env)",
      ".git": "sealed directory (git)",
      ".git/objects": "sealed directory (git)",
      ".git/objects/aa": "sealed (git)",
      "data.any": "sealed database (database)",
      "empty.md": "plain",
      hollow: "sealed directory (nothing-plain)",
      "notes.md": "plain",
      "only-secret": "sealed directory (nothing-plain)",
      "only-secret/cert.pem": "sealed (key)",
      sub: "plain directory",
      "sub/.ENV.local": "sealed (env)",
      "sub/big.bin": "sealed (too-large)",
      "sub/limit.bin": "plain",
    });
  });

  test("a line feed in a folder's name does not let a secret escape its rule", () => {
    expect(planOf({ "a\nb/c\nd/.env": "KEY=1" })["a\nb/c\nd/.env"]).toBe("sealed (env)");
  });

  test("a root that is always sealed has no plain entry, and seal-all makes every root so", () => {
    const tree = { "a.md": "a", "b/c.md": "c" };
    const always = Object.values(planOf(tree, { root: { sealing: "always" } }));
    const sealAll = Object.values(planOf(tree, { sealAll: true }));
    expect(always.every((text) => text.startsWith("sealed") && text.endsWith("(root)"))).toBe(true);
    expect(sealAll.every((text) => text.startsWith("sealed") && text.endsWith("(seal-all)"))).toBe(true);
  });

  test.each([
    ["a file", "notes.md", "plain symlink"],
    ["a file beside its folder", "../notes.md", "plain symlink", "sub/link"],
    ["a plain folder, with a slash", "docs/", "plain symlink"],
    ["its own folder", ".", "plain symlink"],
    ["its root", "..", "plain symlink", "sub/link"],
    ["a detour over a plain folder", "docs/../notes.md", "plain symlink"],
    ["a link to a plain file", "docs/alias", "plain symlink"],
    ["an absolute path", "/etc/hostname", "sealed symlink (link-leaves-root)"],
    ["above its root", "../outside", "sealed symlink (link-leaves-root)"],
    ["above its root and back", "../workspace/notes.md", "sealed symlink (link-leaves-root)"],
    ["a sealed file", ".env", "sealed symlink (link-target-sealed)"],
    ["a file in a sealed folder", ".git/config", "sealed symlink (link-target-sealed)"],
    ["a detour over a sealed folder", ".git/../notes.md", "sealed symlink (link-target-sealed)"],
    ["a folder with nothing plain", "secrets", "sealed symlink (link-target-sealed)"],
    ["a left-out folder", "node_modules/x", "sealed symlink (link-target-sealed)"],
    ["nothing", "missing.md", "sealed symlink (link-target-sealed)"],
    ["a path through another link", "docs/loop/notes.md", "sealed symlink (link-target-sealed)"],
    ["a detour over another link", "docs/alias/../guide.md", "sealed symlink (link-target-sealed)"],
    ["itself", "link", "sealed symlink (link-target-sealed)"],
    ["a path through a file", "notes.md/x", "sealed symlink (link-target-sealed)"],
  ])("a symlink to %s (%s) is %s", (_what, to, expected, path = "link") => {
    const plan = planOf(
      {
        "notes.md": "n",
        ".env": "KEY=1",
        ".git/config": "c",
        "docs/guide.md": "g",
        "docs/alias": { to: "guide.md" },
        "docs/loop": { to: ".." },
        "secrets/a.pem": "k",
        "node_modules/x": "x",
        sub: { dir: true },
        [path]: { to },
      },
      { root: { exclude: [{ id: "node_modules", pattern: "**/node_modules" }] } },
    );
    expect(plan[path]).toBe(expected);
  });

  test("links in a ring stay sealed, a chain of links to a plain file does not", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `link-${index}`,
        { to: index === 299 ? "end.md" : `link-${index + 1}` },
      ]),
    );
    const plan = planOf({ ...chain, "end.md": "x", "ring/a": { to: "b" }, "ring/b": { to: "a" } });
    expect(plan["link-0"]).toBe("plain symlink");
    expect(plan["ring/a"]).toBe("sealed symlink (link-target-sealed)");
    expect(plan["ring"]).toBe("sealed directory (nothing-plain)");
  });

  test("a folder that holds only a plain link is plain, and so is a link to that folder", () => {
    const plan = planOf({ "a-link": { to: "links" }, "links/x": { to: "../z.md" }, "z.md": "z" });
    expect(plan).toMatchObject({
      "a-link": "plain symlink",
      links: "plain directory",
      "links/x": "plain symlink",
    });
  });
});

describe("hard links", () => {
  test("the first name of an inode is the file, the others link to it", () => {
    const dir = plant(freshDir(), { "a/first": "same", "b/second": { sameAs: "a/first" } });
    const result = scan([root(dir)], rules);
    expect(find(result, "workspace.main/a/first")).toMatchObject({ type: "file", section: "plain", size: 4 });
    expect(find(result, "workspace.main/b/second")).toMatchObject({
      type: "hardlink",
      section: "plain",
      size: 0,
      link: "workspace.main/a/first",
    });
  });

  test.each([
    ["a sealed name in the same root", { "z/.env": { sameAs: "open.md" } }],
    ["a sealed name in a folder that is left out", { "node_modules/.env": { sameAs: "open.md" } }],
    ["a name in a sealed folder that is left out", { "node_modules/.git/x": { sameAs: "open.md" } }],
  ])("all names of an inode are sealed for %s", (_what, extra: Tree) => {
    const exclude = [{ id: "node_modules", pattern: "**/node_modules" }];
    const plan = planOf({ "open.md": "KEY=1", ...extra }, { root: { exclude } });
    expect(plan["open.md"]).toBe("sealed (hardlink)");
  });

  test("names of one inode in a sealed and a plain root are joined and sealed", () => {
    const dir = plant(freshDir(), { "state/token": "t", "ws/copy.md": { sameAs: "state/token" } });
    const roots = [root(join(dir, "ws")), root(join(dir, "state"), { id: "state", sealing: "always" })];
    const result = scan(roots, rules);
    expect(find(result, "workspace.main/copy.md")).toMatchObject({
      type: "hardlink",
      section: "sealed",
      sealedBy: "hardlink",
      link: "state/token",
    });
  });

  test("a database with several names is read through the one that has its log", () => {
    const dir = plant(freshDir(), {
      "used.db": { rows: 1 },
      "alias.db": { sameAs: "used.db" },
      "used.db-wal": "log",
    });
    const result = scan([root(dir)], rules);
    const first = find(result, "workspace.main/alias.db");
    expect(first).toMatchObject({ type: "file", database: true, source: join(dir, "used.db") });
    expect(find(result, "workspace.main/used.db")).toMatchObject({ type: "hardlink", link: first.path });
  });
});

describe("what is left out", () => {
  const exclude = [
    { id: "cache", pattern: "cache" },
    { id: "logs", pattern: "logs/**" },
    { id: "tmp", pattern: "**/*.tmp" },
  ];
  const tree: Tree = {
    "cache/a": "12345",
    "cache/deep/b": "123",
    "keep.md": "k",
    "logs/day.log": "1234567",
    "x/y.tmp": "12",
  };

  test("a rule leaves out a file or a whole folder and says how much that was", () => {
    expect(planOf(tree, { root: { exclude } })).toEqual({
      "": "plain directory",
      cache: "excluded:cache 3 entries 8 bytes",
      "keep.md": "plain",
      logs: "excluded:logs 1 entries 7 bytes",
      x: "sealed directory (nothing-plain)",
      "x/y.tmp": "excluded:tmp 0 entries 2 bytes",
    });
  });

  test("an include glob wins over a rule, also deep inside a left-out folder", () => {
    const plan = planOf(tree, { root: { exclude }, include: ["workspace.main/cache/deep/**", "*/x/*"] });
    expect(plan).toMatchObject({
      cache: "plain directory",
      "cache/a": "excluded:cache 0 entries 5 bytes",
      "cache/deep": "plain directory",
      "cache/deep/b": "plain",
      "x/y.tmp": "plain",
    });
  });

  test("an exclude glob of the user wins over everything", () => {
    const plan = planOf(tree, { exclude: ["**/*.md", "workspace.main/cache"], include: ["**"] });
    expect(plan).toMatchObject({
      cache: "excluded:user 3 entries 8 bytes",
      "keep.md": "excluded:user 0 entries 1 bytes",
      "x/y.tmp": "plain",
    });
  });

  test("a pattern is never turned around by a leading exclamation mark", () => {
    expect(planOf({ "a.md": "a" }, { exclude: ["!a.md"] })["a.md"]).toBe("plain");
  });

  test("a glob that says nothing is refused", () => {
    expect(() => scan([root(freshDir())], { ...rules, exclude: ["/"] })).toThrow(
      expect.objectContaining({ code: "bad-pattern" }),
    );
  });

  test("sidecars of a database are left out, files that are only named so are not", () => {
    const plan = planOf({
      "a.db": { rows: 1 },
      "a.db-wal": "log",
      "a.db-shm": "shm",
      "a.db-journal": "j",
      "diary-journal": "dear diary",
      diary: "no database",
      "lonely-wal": "w",
    });
    expect(plan).toMatchObject({
      "a.db-journal": "excluded:database-sidecar 0 entries 1 bytes",
      "a.db-shm": "excluded:database-sidecar 0 entries 3 bytes",
      "a.db-wal": "excluded:database-sidecar 0 entries 3 bytes",
      "diary-journal": "plain",
      "lonely-wal": "plain",
    });
  });

  test("archives, unfinished ones and the one being written are left out", () => {
    const dir = plant(freshDir(), {
      "old.ocbak": "1",
      ".new.ocbak.0a1b.partial": "2",
      out: "3",
      "x.ocbak/a": "4",
    });
    const skip = [statSync(join(dir, "out"), { bigint: true })];
    const plan = summary(scan([root(dir)], { ...rules, skip, include: ["**"] }));
    expect(plan).toMatchObject({
      ".new.ocbak.0a1b.partial": "excluded:ocbak-archive 0 entries 1 bytes",
      "old.ocbak": "excluded:ocbak-archive 0 entries 1 bytes",
      out: "excluded:ocbak-archive 0 entries 1 bytes",
      "x.ocbak/a": "plain",
    });
  });

  test("sockets, FIFOs and devices are listed as left out", async () => {
    const dir = plant(freshDir(), { "a.md": "a" });
    execFileSync("mkfifo", [join(dir, "pipe")]);
    const server = createServer().listen(join(dir, "sock"));
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const result = scan([root(dir)], rules);
    expect(result.findings.map(({ path, kind }) => [path, kind])).toEqual([
      ["workspace.main/pipe", "fifo"],
      ["workspace.main/sock", "socket"],
    ]);
    expect(summary(result)["pipe"]).toBe("excluded:special-file 0 entries 0 bytes");
  });

  test("a root inside another root is walked only as its own", () => {
    const dir = plant(freshDir(), { "openclaw.json": "{}", "workspace/a.md": "a" });
    const roots = [root(join(dir, "workspace")), root(dir, { id: "state", sealing: "always" })];
    const paths = scan(roots, rules).entries.map(({ path }) => path);
    expect(paths).toEqual(["state", "state/openclaw.json", "workspace.main", "workspace.main/a.md"]);
  });
});
