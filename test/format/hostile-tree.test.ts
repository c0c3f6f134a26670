import { describe, expect, it } from "vitest";
import { bytesPath } from "../support/archives.ts";
import { type Bend, type HostileCase, added, entryAt, outcomeOf } from "../support/bends.ts";
import { type Bends, type DraftEntry, draftEntry } from "../support/hostile.ts";

it("takes an archive that the builder bends nothing of", async () => {
  expect(await outcomeOf({})).toBe("full");
});

const moved: DraftEntry = {
  content: Buffer.alloc(0),
  line: { path: bytesPath("workspace.main/moved"), type: "file", status: "moved", absent: true },
};

const withMoved: Bend = (draft) =>
  void draft.entries.push({ ...moved, line: { ...moved.line, path: bytesPath("workspace.main/zzz") } });

const withRoot: Bend = (draft) => {
  draft.section["roots"] = [{ id: "extra", sourcePath: "/x" }];
  draft.entries.unshift(draftEntry("extra", { directory: true }));
};

describe("entries that do not fit the tree are refused", () => {
  it.each<HostileCase>([
    ["a path twice in a section", "duplicate-path", added(draftEntry("state/empty", ""))],
    ["a path in both sections", "duplicate-path", added(draftEntry("workspace.main/MEMORY.md", "mine"))],
    [
      "entries out of order",
      "bad-index",
      { sealed: (draft) => void draft.entries.splice(1, 0, draft.entries.splice(2, 1)[0]!) },
    ],
    ["a root that nothing declares", "unsafe-path", added(draftEntry("other", { directory: true }))],
    [
      "an entry below a symlink",
      "unsafe-path",
      added(draftEntry("state/l", { target: "/etc" }), draftEntry("state/l/passwd", "x")),
    ],
    [
      "an entry below a symlink of the other section",
      "unsafe-path",
      added(draftEntry("workspace.main/today.md/x", "x")),
    ],
    ["an entry below a file", "unsafe-path", added(draftEntry("state/empty/x", "x"))],
    ["an entry below a hard link", "unsafe-path", added(draftEntry("state/zz/x", "x"))],
    ["an entry below a directory that is not here", "unsafe-path", added(draftEntry("state/no/x", "x"))],
    [
      "an entry below one that vanished",
      "unsafe-path",
      added(draftEntry("state/v", { absent: "vanished" }), draftEntry("state/v/x", "x")),
    ],
    ["a moved entry that is nowhere", "bad-index", { plain: (draft) => void draft.entries.push(moved) }],
    [
      "a moved entry that is the very last of all",
      "bad-index",
      {
        plain: withMoved,
      },
    ],
    ["a moved entry in the sealed section", "bad-index", added(moved)],
    [
      "an excluded name in the plain section",
      "bad-index",
      {
        plain: (draft) =>
          void draft.entries.push(draftEntry("workspace.main/zzz", { absent: "excluded:cache" })),
      },
    ],
    [
      "an unreadable name in the plain section",
      "bad-index",
      {
        plain: (draft) => void draft.entries.push(draftEntry("workspace.main/zzz", { absent: "unreadable" })),
      },
    ],
    [
      "a root declared in both sections",
      "duplicate-path",
      { sealed: (draft) => (draft.section["roots"] = [{ id: "state", sourcePath: "/elsewhere" }]) },
    ],
    [
      "a root declared twice",
      "duplicate-path",
      {
        sealed: (draft) =>
          (draft.section["roots"] = [
            { id: "x", sourcePath: "/a" },
            { id: "x", sourcePath: "/b" },
          ]),
      },
    ],
    [
      "a root declared twice in the manifest",
      "duplicate-path",
      {
        manifest: (manifest) =>
          (manifest["roots"] = [
            { id: "state", sourcePath: "/a" },
            { id: "state", sourcePath: "/b" },
            { id: "workspace.main", sourcePath: "/c" },
          ]),
      },
    ],
  ])("%s: %s", async (_title, code, bends) => {
    expect(await outcomeOf(bends)).toBe(code);
  });

  it("a moved entry that stands in the sealed section is taken", async () => {
    expect(await outcomeOf({ plain: withMoved, ...added(draftEntry("workspace.main/zzz", "content")) })).toBe(
      "full",
    );
  });

  it("a root that only the sealed section declares is taken", async () => {
    expect(await outcomeOf({ sealed: withRoot })).toBe("full");
  });
});

describe("hard links refer to an earlier file of their section, or are refused", () => {
  it.each([
    ["a symlink", "state/aa", added(draftEntry("state/aa", { target: "x" }))],
    ["a directory", "state", {}],
    ["a hard link", "state/y", added(draftEntry("state/y", { link: "state/empty" }))],
    ["something later", "state/zzz", added(draftEntry("state/zzz", "later"))],
    ["itself", "state/zz", {}],
    ["nothing", "state/nothing", {}],
    ["a file of the other section", "workspace.main/MEMORY.md", {}],
    ["an entry without content", "state/gone", added(draftEntry("state/gone", { absent: "vanished" }))],
  ] as const)("%s", async (_title, link, { sealed }: Bends) => {
    const bend: Bend = (draft) => {
      sealed?.(draft);
      entryAt(draft, "state/zz").line = draftEntry("state/zz", { link }).line;
    };
    expect(await outcomeOf({ sealed: bend })).toBe("unsafe-link");
  });
});
