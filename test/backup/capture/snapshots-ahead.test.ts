import { expect, it } from "vitest";
import type { SnapshotOutcome } from "../../../src/backup/capture/jobs.ts";
import { SnapshotsAhead } from "../../../src/backup/capture/snapshots-ahead.ts";
import type { PlannedEntry } from "../../../src/disk/planned.ts";
import { parsePathString } from "../../../src/format/entry-path.ts";

const entries = ["a", "b", "c", "d"].map((name): PlannedEntry => ({
  path: parsePathString(`state/${name}.sqlite`),
  type: "file",
  section: "sealed",
  source: `/${name}.sqlite`,
  size: 1,
}));

/** Copies, each of which is done when the test says so. */
function copies(): { taken: string[]; finish: (source: string) => void; ahead: SnapshotsAhead } {
  const taken: string[] = [];
  const open = new Map<string, () => void>();
  const ahead = new SnapshotsAhead(entries, ({ source }) => {
    taken.push(source);
    return new Promise((resolve) =>
      open.set(source, () => resolve({ status: "raw", reason: source } satisfies SnapshotOutcome)),
    );
  });
  return { taken, ahead, finish: (source) => open.get(source)!() };
}

it("each database is copied once, though the next is asked for before the last is there", async () => {
  const { taken, ahead, finish } = copies();
  const asked = entries.slice(0, 2).map(async (entry) => ahead.of(entry));
  finish("/a.sqlite");
  expect(await asked[0]).toMatchObject({ reason: "/a.sqlite" });
  finish("/b.sqlite");
  expect(await asked[1]).toMatchObject({ reason: "/b.sqlite" });
  for (const [index, source] of ["/c.sqlite", "/d.sqlite"].entries()) {
    const outcome = ahead.of(entries[index + 2]!);
    finish(source);
    expect(await outcome).toMatchObject({ reason: source });
  }
  expect(taken).toEqual(entries.map(({ source }) => source));
});

it("no more than one lies ready", async () => {
  const { taken, ahead, finish } = copies();
  expect(taken).toEqual(["/a.sqlite"]);
  finish("/a.sqlite");
  await ahead.of(entries[0]!);
  finish("/b.sqlite");
  await Promise.resolve();
  expect(taken).toEqual(["/a.sqlite", "/b.sqlite"]);
});
