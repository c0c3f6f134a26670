import { expect, it } from "vitest";
import { postedEntries, receivedEntries } from "../../../src/backup/workers/posted-entries.ts";
import type { PlannedEntry } from "../../../src/disk/planned.ts";
import type { EntryPath } from "../../../src/format/entry-path.ts";
import { lookedAt } from "../../support/scan.ts";
import { plant } from "../../support/tree.ts";
import { makeWorld } from "../../support/world.ts";

it("what is posted is what is received, but for why it is sealed", async () => {
  const world = await makeWorld();
  plant(world.home, { "s/a.txt": "a", "s/d/b": "bb", "s/ümläut\n.md": "c", "s/node_modules/x": "left out" });
  const { tree, candidates } = lookedAt(
    [
      {
        id: "s",
        path: `${world.home}/s`,
        sealing: "by-rule",
        exclude: [{ id: "modules", pattern: "**/node_modules" }],
      },
    ],
    { seal: [{ id: "b", pattern: "**/b" }], plainBytesMax: 1000 },
  );
  const digest = "0123456789abcdef".repeat(4);
  const { entries } = tree.settle(candidates.map(() => ({ scannedSha256: digest })));
  const file = entries.find(({ type }) => type === "file")!;
  const { identity: _, ...unseen } = file;
  const odd: PlannedEntry[] = [
    { ...unseen, unreadable: "" },
    { ...unseen, vanished: "gone" },
    { ...file, database: true },
    { ...file, type: "hardlink", link: "s/a.txt" as EntryPath },
    { ...file, type: "symlink", section: "sealed" },
  ];
  const all = [...entries, ...odd];
  expect(receivedEntries(structuredClone(postedEntries(all)))).toEqual(
    all.map(({ sealedBy: _s, ...entry }) => entry),
  );
  expect(entries.some(({ excluded }) => excluded !== undefined)).toBe(true);
  expect(entries.some(({ scannedSha256 }) => scannedSha256 !== undefined)).toBe(true);
  expect(receivedEntries(postedEntries([]))).toEqual([]);
});
