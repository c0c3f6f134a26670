import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { suspectPlaces } from "../../src/openclaw/plugin-owners.ts";
import { findOldPlaces } from "../../src/openclaw/rewrite/old-places.ts";
import { digest, rowsNaming } from "../support/named-rows.ts";
import { scratchHome } from "../support/restore.ts";
import { plantTables } from "../support/rewrite.ts";
import { plant } from "../support/tree.ts";

const moves = [
  { from: "/home/al", to: "/home/bo" },
  { from: "/home/al/kept", to: "/home/al/kept" },
];

let home: string;
let state: string;

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  state = join(home, "state");
  plant(state, {
    "openclaw.json": `// was /home/al\n{ a: "/home/bo/x", b: ["/home/al/kept/x", "/home/alice"], $include: "./more.json5" }`,
    "openclaw.json.bak": '{ broken: "/home/al/x"',
    "more.json5": "{}",
    "conf/inside.json5": "{}",
    "worktrees/one/.git": "gitdir: /home/bo/.git/worktrees/one\n",
    "workspace/NOTES.md": "/home/al",
  });
  plantTables(state, [rowsNaming("/home/bo"), rowsNaming("/home/alice", 1)]);
  return scratch.remove;
});

const found = () =>
  findOldPlaces(
    [
      { id: "state", base: state, sourcePath: "/home/al/.openclaw" },
      { id: "workspace.main", base: join(state, "workspace"), sourcePath: "/home/al/.openclaw/workspace" },
    ],
    { moves, configFile: null },
  );

function change(sql: string, ...values: string[]): void {
  const db = new DatabaseSync(join(state, "state/openclaw.sqlite"), { enableForeignKeyConstraints: false });
  const { changes } = db.prepare(sql).run(...values);
  expect(changes).toBeGreaterThan(0);
  db.close();
}

describe("a restored installation", () => {
  it("names no old place where OpenClaw would go by it", () => {
    expect(found()).toEqual({ files: 4, links: 0, databases: 1, found: [] });
  });

  it("has links looked at whose names, or folders, are no UTF-8", () => {
    const odd = Buffer.concat([Buffer.from(`${state}/workspace/`), Buffer.from([0xff])]);
    mkdirSync(odd);
    symlinkSync("/home/al/x", Buffer.concat([odd, Buffer.from([0x2f, 0xfe])]));
    symlinkSync("/home/alice", Buffer.concat([odd, Buffer.from("/link")]));
    expect(found()).toMatchObject({ links: 2, found: [{ what: "/home/al/x" }] });
  });

  it.each<[string, () => void, string, RegExp]>([
    [
      "a value of the config",
      () => plant(state, { "openclaw.json": `{ a: ["/home/al/x"] }` }),
      "state/openclaw.json",
      /^\/home\/al\/x$/,
    ],
    [
      "one of what it includes",
      () => plant(state, { "more.json5": `{ a: "/home/al" }` }),
      "state/more.json5",
      /./,
    ],
    [
      "a worktree",
      () => plant(state, { "worktrees/one/.git": "gitdir: /home/al/.git/worktrees/one\n" }),
      "state/worktrees/one/.git",
      /./,
    ],
    [
      "a link in a workspace",
      () => symlinkSync("/home/al/x", join(state, "workspace/link")),
      "workspace.main/link",
      /./,
    ],
    [
      "the key of the cron jobs",
      () => change("update cron_jobs set store_key = ? where updated_at = 0", "/home/al/cron/jobs.json"),
      "state/state/openclaw.sqlite",
      /cron_jobs\.store_key/,
    ],
    [
      "what a cron job is to do",
      () => change("update cron_jobs set job_json = ?", '{"payload":{"cwd":"/home/al/x"}}'),
      "state/state/openclaw.sqlite",
      /\/home\/al\/x in cron_jobs\.job_json/,
    ],
    [
      "the key of the jobs in quarantine",
      () =>
        change(
          "update config_machine_state set state_key = ? where state_key like 'cron.%' and updated_at_ms = 0",
          "cron.quarantine:/home/al/cron/jobs.json",
        ),
      "state/state/openclaw.sqlite",
      /config_machine_state\.state_key/,
    ],
    [
      "a digest of it as the key of a workspace",
      () =>
        change(
          "update workspace_setup_state set workspace_key = ? where updated_at = 1",
          digest("/home/al/.openclaw/workspace"),
        ),
      "state/state/openclaw.sqlite",
      /\/home\/al\/\.openclaw\/workspace in workspace_setup_state\.workspace_key/,
    ],
    [
      "a digest of it in what the memory has promoted",
      () =>
        change(
          "update plugin_state_entries set entry_key = ? where created_at = 0",
          `${digest("/home/al/.openclaw/workspace")}:x`,
        ),
      "state/state/openclaw.sqlite",
      /plugin_state_entries\.entry_key/,
    ],
    [
      "a database that nobody can read",
      () =>
        plant(state, {
          "state/openclaw.sqlite": Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(4096)]),
        }),
      "state/state/openclaw.sqlite",
      /cannot be read/,
    ],
  ])("is found out where an old place stands: %s", (_, harm, file, what) => {
    harm();
    expect(found().found).toEqual([{ file, what: expect.stringMatching(what) }]);
  });
});

const plugin = (): string => join(state, "plugin");

describe("a plugin's folder", () => {
  const uid = process.getuid!();
  // Root may own every plugin.
  const other = uid === 0 ? 4242 : uid;

  beforeEach(() => {
    plant(plugin(), { "package.json": '{"openclaw":{"extensions":["./src/index.ts"]}}', "src/index.ts": "" });
    for (const place of ["", "src", "src/index.ts"])
      if (uid === 0) chownSync(join(plugin(), place), other, other);
  });

  it("is its user's, or root's", () => {
    expect(suspectPlaces(plugin(), other)).toEqual([]);
    expect(suspectPlaces(join(plugin(), "gone"), other)).toEqual([]);
  });

  it.each([
    [
      "somebody else's",
      () => {},
      4343,
      [
        ["", "belongs to user"],
        ["/src/index.ts", "belongs to user"],
      ],
    ],
    ["open to all", () => chmodSync(plugin(), 0o777), other, [["", "everybody"]]],
    [
      "loaded from a file open to all",
      () => chmodSync(join(plugin(), "src/index.ts"), 0o666),
      other,
      [["/src/index.ts", "everybody"]],
    ],
  ] as const)("is suspect where it is %s", (_, harm, user, expected) => {
    harm();
    expect(suspectPlaces(plugin(), user)).toEqual(
      expected.map(([place, why]) => ({ path: plugin() + place, why: expect.stringContaining(why) })),
    );
  });
});
