import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { rowsNaming } from "../support/named-rows.ts";
import { readTables, plantTables, rewriteState } from "../support/rewrite.ts";
import { scratchHome } from "../support/restore.ts";

let state: string;

beforeEach(() => {
  const scratch = scratchHome();
  state = join(scratch.home, "state");
  return scratch.remove;
});

/** What the tables hold that name places, of these places, each with what tells it from the others. */
const naming = (...places: readonly (readonly [string, number])[]) =>
  places.map(([place, n]) => rowsNaming(place, n));

describe("the rows of an installation of which several places move at once", () => {
  it.each([
    [
      "in a chain",
      [
        { from: "/home/a", to: "/home/b" },
        { from: "/home/b", to: "/srv/c" },
      ],
      ["/home/a", "/home/b"],
      ["/home/b", "/srv/c"],
    ],
    [
      "in a chain told the other way round",
      [
        { from: "/home/b", to: "/srv/c" },
        { from: "/home/a", to: "/home/b" },
      ],
      ["/home/a", "/home/b"],
      ["/home/b", "/srv/c"],
    ],
    [
      "into each other's place",
      [
        { from: "/home/a", to: "/home/b" },
        { from: "/home/b", to: "/home/a" },
      ],
      ["/home/a", "/home/b"],
      ["/home/b", "/home/a"],
    ],
    [
      "in a ring",
      [
        { from: "/a", to: "/b" },
        { from: "/b", to: "/c" },
        { from: "/c", to: "/a" },
      ],
      ["/a", "/b", "/c"],
      ["/b", "/c", "/a"],
    ],
    [
      "one inside the other, which go apart",
      [
        { from: "/home/a", to: "/home/b" },
        { from: "/home/a/in", to: "/srv/in" },
      ],
      ["/home/a", "/home/a/in"],
      ["/home/b", "/srv/in"],
    ],
    [
      "into a folder of itself",
      [{ from: "/home/a", to: "/home/a/old" }],
      ["/home/a", "/home/a/old"],
      ["/home/a/old", "/home/a/old/old"],
    ],
    [
      "beside one whose name begins the same",
      [{ from: "/home/al", to: "/home/alice" }],
      ["/home/al", "/home/alicex"],
      ["/home/alice", "/home/alicex"],
    ],
    [
      "with quotes, spaces and letters of other alphabets",
      [
        { from: `/home/it's "mine" ü`, to: "/home/數 据\\" },
        { from: "/home/數 据\\", to: "/home/'" },
      ],
      [`/home/it's "mine" ü`, "/home/數 据\\"],
      ["/home/數 据\\", "/home/'"],
    ],
    [
      "from macOS to Linux",
      [{ from: "/Users/al", to: "/home/al" }],
      ["/Users/al", "/Users/alice"],
      ["/home/al", "/Users/alice"],
    ],
    [
      "from Windows to Linux",
      [{ from: String.raw`C:\Users\Al`, to: "/home/al" }],
      [String.raw`C:\Users\Al`, String.raw`D:\Users\Al`],
      ["/home/al", String.raw`D:\Users\Al`],
    ],
    [
      "with a slash behind them",
      [
        { from: "/home/a/", to: "/home/b/" },
        { from: "/home/b", to: "/" },
      ],
      ["/home/a", "/home/b"],
      ["/home/b", ""],
    ],
  ] as const)("%s: none is lost, and each goes its own way", async (_, moves, from, to) => {
    plantTables(state, naming(...from.map((place, n) => [place, n] as const)));
    const report = await rewriteState(state, moves, from);
    expect([report.left, report.notes]).toEqual([[], []]);
    const expected = join(state, "../expected");
    plantTables(expected, naming(...to.map((place, n) => [place, n] as const)));
    expect(readTables(state)).toEqual(readTables(expected));
  });
});

describe("two rows that come to have one key", () => {
  const moves = [
    { from: "/home/a", to: "/srv/one" },
    { from: "/home/b", to: "/srv/one" },
  ];

  it.each([
    ["of two that move", "/home/a", "/home/b"],
    ["of one that moves and one that is there", "/home/a", "/srv/one"],
  ])("are the one that was written later, and that is said: %s", async (_, first, second) => {
    for (const [older, newer] of [
      [first, second],
      [second, first],
    ] as const) {
      const folder = join(state, older);
      // As if somebody had copied the home before: the same workspace and jobs in both, and other times.
      plantTables(folder, [sameNames(older, 1), sameNames(newer, 2)]);
      const report = await rewriteState(folder, moves, [older, newer]);
      const tables = readTables(folder);
      const kept = sameNames("/srv/one", 2);
      for (const table of ["cron_jobs", "cron_job_scratch", "skill_usage", "workspace_setup_state"] as const)
        expect(tables[table]).toMatchObject(kept[table]);
      expect(report.notes.toSorted().map((note) => /rows of (\w+)/.exec(note)?.[1])).toEqual(
        expect.arrayContaining(["cron_job_scratch", "cron_jobs", "skill_usage", "workspace_setup_state"]),
      );
      expect(report.left).toEqual([]);
    }
  });

  it("and say the same are one without a word", async () => {
    const { workspace_path_aliases: aliases } = rowsNaming("/home/a");
    const again = rowsNaming("/home/b").workspace_path_aliases!;
    plantTables(state, [{ workspace_path_aliases: [...aliases!, ...again] }]);
    expect((await rewriteState(state, moves, ["/home/a"])).notes).toEqual([]);
    expect(readTables(state).workspace_path_aliases).toEqual(rowsNaming("/srv/one").workspace_path_aliases);
  });
});

/** All that has a key of its own has the same name in each place. */
function sameNames(place: string, time: number) {
  const { cron_jobs, cron_job_scratch, skill_usage, workspace_setup_state } = rowsNaming(place);
  return {
    cron_jobs: cron_jobs!.map((row) => ({ ...row, name: `at ${time}`, updated_at: time })),
    cron_job_scratch: cron_job_scratch!.map((row) => ({
      ...row,
      content: `at ${time}`,
      updated_at_ms: time,
    })),
    skill_usage: skill_usage!.map((row) => ({ ...row, use_count: time, last_used_at_ms: time })),
    workspace_setup_state: workspace_setup_state!.map((row) => ({ ...row, version: time, updated_at: time })),
  };
}
