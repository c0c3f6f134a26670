import { describe, expect, it } from "vitest";
import type { CreateReport, InspectReport, ListedEntry, SalvageReport } from "../../src/backup/reports.ts";
import type { RestoreReport } from "../../src/backup/restore-reports.ts";
import { createText } from "../../src/cli/render/create-text.ts";
import { inspectText } from "../../src/cli/render/inspect-text.ts";
import { longLine, shortLine } from "../../src/cli/render/ls-text.ts";
import { restoreText } from "../../src/cli/render/restore-text.ts";
import { salvageText } from "../../src/cli/render/salvage-text.ts";
import { duration, size } from "../../src/cli/render/units.ts";

const created: CreateReport = {
  archive: "/backups/openclaw-host.ocbak",
  archiveId: "abcdefghijklmnopqrstuvwxyz",
  createdAt: "2026-11-22T10:00:00Z",
  series: { id: "0".repeat(30), sequence: 3 },
  profile: null,
  stateDir: "/home/alex/.openclaw",
  workspaces: [{ agents: ["main", "scout"], path: "/home/alex/.openclaw/workspace" }],
  sizeBytes: 1024,
  contentBytes: 4096,
  entries: { total: 12, ok: 9, changed: 0, vanished: 0, unreadable: 0, excluded: 2, moved: 0, database: 1 },
  sections: [
    { name: "plain", sealed: false, entries: 4, contentBytes: 1024, storedBytes: 512 },
    { name: "sealed", sealed: true, entries: 6, contentBytes: 3072, storedBytes: 512 },
  ],
  sealed: [{ reason: "version-control", entries: 2 }],
  scan: { files: 3, hits: [] },
  leftOut: [],
  findings: [],
  warnings: [],
  notices: [],
  notCaptured: { extendedAttributes: null },
  complete: true,
  durationMs: 1234,
  verified: "full",
};

describe("what create says", () => {
  it("is where the archive is, what is in it, for whom it is sealed, and what is readable", () => {
    const text = createText(created, "to age1abc");
    expect(text).toContain(
      "/backups/openclaw-host.ocbak: 1.0 KiB (10 entries, 4.0 KiB of content; 2 left out by rule)",
    );
    expect(text).toMatch(/plain +4 entries, 1.0 KiB; READABLE by anyone who has the file/);
    expect(text).toMatch(/sealed +6 entries, 3.0 KiB; to age1abc/);
    expect(text).toMatch(/workspace of main, scout +\/home\/alex\/.openclaw\/workspace/);
    expect(text).toContain("Verified: every file was read back");
  });

  it("names the files that the scan sealed, and the kind of what is in them", () => {
    const hits = [{ path: "workspace.main/notes.md", reason: "secret:telegram" }];
    expect(createText({ ...created, scan: { files: 3, hits } }, "to age1abc")).toContain(
      "Sealed for the secrets in them, 1 of 3 workspace files scanned:\n  workspace.main/notes.md: secret:telegram\n",
    );
    expect(createText(created, "to age1abc")).not.toContain("scanned");
  });

  it("begins with what was missed", () => {
    const missed: CreateReport = {
      ...created,
      complete: false,
      entries: { ...created.entries, unreadable: 1 },
      findings: [{ path: "state/secret.db", status: "unreadable", reason: "permission denied" }],
    };
    expect(createText(missed, "to age1abc").split("\n").slice(0, 2)).toEqual([
      "INCOMPLETE: 1 unreadable, 0 vanished, 0 changed while being read.",
      "  unreadable state/secret.db: permission denied",
    ]);
  });

  it("of a dry run is that nothing was written", () => {
    const text = createText({ ...created, archive: null, verified: "none" }, "to age1abc");
    expect(text).toContain("A backup would take 10 entries");
    expect(text).toContain("Nothing was written.");
    expect(text).not.toContain("erified");
  });

  it("of an archive that was not read back is exactly that", () => {
    expect(createText({ ...created, verified: "none" }, "to age1abc")).toContain("NOT VERIFIED");
  });

  it("of a dry run begins with what a rule would leave out", () => {
    const findings = [
      { path: "state/cache", status: "excluded:cache", reason: "5 entries, 1000 bytes" },
    ] as const;
    expect(createText({ ...created, archive: null, findings }, "to age1abc")).toMatch(
      /^Would be left out by rule:\n {2}excluded:cache state\/cache: 5 entries, 1000 bytes\n/,
    );
  });
});

describe("what create says of what is left out", () => {
  const leftOut: CreateReport["leftOut"] = [
    {
      rule: "logs",
      class: "private",
      why: "logs",
      entries: 3,
      bytes: 3 * 1024 ** 3,
      include: ["state/logs"],
    },
    { rule: "user", class: null, why: "--exclude names it", entries: 1, bytes: 2048, include: [] },
    { rule: "database-sidecar", class: "never", why: "in the snapshot", entries: 2, bytes: 99, include: [] },
    { rule: "special-file", class: "never", why: "no content", entries: 2, bytes: 0, include: [] },
  ];

  it("is each rule with its size, and how to take logs along", () => {
    expect(createText({ ...created, leftOut }, "to age1abc")).toContain(
      "Left out: logs 3.0 GiB, user 2.0 KiB, special-file 2 entries.\n" +
        "  To take logs along (3.0 GiB): --include 'state/logs'\n",
    );
  });

  it("is no more than one line where many rules say something", () => {
    const many = Array.from({ length: 12 }, (_, n) => ({ ...leftOut[1]!, rule: `rule-${n}` }));
    expect(createText({ ...created, leftOut: many }, "to age1abc")).toMatch(
      /^Left out: rule-0 2.0 KiB, .*rule-7 2.0 KiB and by 4 more rules\.$/m,
    );
  });

  it("is a table with reasons in a dry run", () => {
    const text = createText({ ...created, archive: null, leftOut }, "to age1abc");
    expect(text).toMatch(/^Left out:\n {2}logs +3 entries +3.0 GiB +private +logs\n/m);
    expect(text).toMatch(/^ {2}user +1 entry +2.0 KiB +as you asked +--exclude names it$/m);
    expect(text).toContain("--include 'state/logs'");
  });

  it("begins with names that no archive can hold, which makes it incomplete", () => {
    const findings = [
      { path: "state/deep/x", status: "unfit-name", reason: "it is nested deeper than 256" },
    ] as const;
    expect(createText({ ...created, complete: false, findings }, "to age1abc")).toMatch(
      /^INCOMPLETE: .*, 1 with a name or depth that no archive can hold\.\n {2}unfit-name state\/deep\/x: it is nested/,
    );
  });
});

const restored: RestoreReport = {
  archiveId: "abcdefghijklmnopqrstuvwxyz",
  verdict: "full",
  owner: { user: "alex", uid: 1000, gid: 1000, group: "alex" },
  targets: [{ root: "state", path: "/home/alex/.openclaw", replaced: "/home/alex/.openclaw.before-ocbak-1" }],
  space: [{ path: "/home/alex", neededBytes: 5000, freeBytes: 1_000_000 }],
  entries: 10,
  bytes: 4096,
  rewritten: [],
  toRewrite: null,
  left: [
    { file: "state/openclaw.json", path: "/root/.openclaw/workspace", reason: "in a comment" },
    { file: "state/agent.sqlite", path: "/root/x", reason: "in 7 rows", history: true },
  ],
  doctor: null,
  checks: [{ name: "modes", ok: true, detail: "all as recorded" }],
  hints: ["openclaw doctor"],
  warnings: [],
  dryRun: false,
};

describe("what restore says", () => {
  it("is for whom, where to, what was put aside, what is left, and what comes next", () => {
    const text = restoreText(restored);
    expect(text).toContain("Restored 10 entries, 4.0 KiB for alex:alex (1000:1000); verdict full.");
    expect(text).toMatch(/What was there is kept:\n.*\.openclaw {2}-> {2}.*before-ocbak-1/);
    expect(text).toContain(
      "Still as they were:\n  state/openclaw.json: /root/.openclaw/workspace: in a comment\n",
    );
    expect(text).toContain("Old paths stay in 1 table of history");
    expect(text).not.toContain("/root/x");
    expect(text).toContain("Next:\n  openclaw doctor\n");
  });

  it("begins with a check that failed", () => {
    const checks = [{ name: "modes", ok: false, detail: "state is 0755" }];
    expect(restoreText({ ...restored, checks })).toMatch(/^FAILED: modes: state is 0755\n/);
  });

  it("of a dry run is what would be", () => {
    const text = restoreText({ ...restored, dryRun: true });
    expect(text).toMatch(/^Would restore 10 entries/);
    expect(text).toContain("would be put aside, not deleted");
    expect(text).not.toContain("rewritten");
    const toRewrite = {
      moves: [{ from: "/home/al", to: "/home/bo\u001b" }],
      files: ["state/openclaw.json"],
      databases: ["state/state/openclaw.sqlite"],
      links: 2,
    };
    expect(restoreText({ ...restored, dryRun: true, toRewrite })).toMatch(
      /^Old places would be rewritten:\n *\/home\/al {2}-> {2}\/home\/bo\\.*\nin 2 links .* 1 file and 1 database:\n {2}state\/openclaw\.json\n {2}state\/state\/openclaw\.sqlite\n/m,
    );
  });
});

describe("what salvage says", () => {
  it("is how much, by which proof, what is lost, and that it is no installation", () => {
    const report: SalvageReport = {
      archiveId: null,
      verdict: "partial",
      output: "saved",
      entries: 812,
      bytes: 4096,
      proofs: { digest: 800, segment: 0, checksum: 12 },
      lost: { cut: 3, missing: 41, damaged: 0, unknown: 0 },
      conditions: [{ path: "workspace.main/a", section: "plain", condition: "cut" }],
      warnings: [],
    };
    const text = salvageText(report);
    expect(text).toContain("saved: saved 812 entries");
    expect(text).toContain("800 proved by the file's own SHA-256");
    expect(text).toContain("12 proved only by a checksum against accidents");
    expect(text).toContain(
      "44 entries not saved:\n  cut      workspace.main/a\n  … and 43 more; --json has the list",
    );
    expect(text).toContain("not a working installation");
  });
});

describe("what inspect says", () => {
  const report: InspectReport = {
    archive: "monday.ocbak",
    archiveId: "abcdef",
    formatVersion: 1,
    sizeBytes: 1024,
    createdAt: "2026-03-04T05:06:07Z",
    tool: "ocbak 0.1.0",
    installation: {
      host: "old\u001b[2J",
      profile: null,
      stateDir: "/home/alex/.openclaw",
      workspaces: [{ agents: ["main"], path: "/home/alex/.openclaw/workspace" }],
      platform: "linux",
      openclawVersion: "2026.9.6",
    },
    facts: null,
    series: null,
    tags: [],
    sealing: { passphrase: false, recipientCount: 2, opened: false },
    sections: [
      { name: "plain", entries: 4, contentBytes: 1024, storedBytes: 512 },
      { name: "sealed", entries: null, contentBytes: null, storedBytes: 512 },
    ],
    capture: { complete: null, changed: null, vanished: null, unreadable: null },
    signer: null,
  };

  it("is what can be told without the key, and that nothing of it is proved", () => {
    const text = inspectText(report);
    expect(text).toMatch(/sealed +to 2 recipients; no key at hand opens it/);
    expect(text).toMatch(/plain +4 entries, 1.0 KiB of content in 512 bytes/);
    expect(text).toMatch(/sealed +512 bytes\n/);
    expect(text).toMatch(/capture +the key tells whether it was complete/);
    expect(text).toContain("Nothing of this is proved yet");
  });

  it("shows names from the archive escaped", () => {
    expect(inspectText(report)).toContain("old\\x1b[2J");
  });
});

describe("what ls says", () => {
  const entry: ListedEntry = {
    path: "state/openclaw.json",
    section: "sealed",
    type: "file",
    status: "ok",
    mode: 0o640,
    mtime: "1700000000123456789",
    owner: "alex",
    group: "users",
    size: 1024,
  };

  it("in the long form is type, mode, owner, size, time and section", () => {
    expect(longLine(entry).split(/ {2,}/)).toEqual([
      "-rw-r-----",
      "alex:users",
      "1024",
      "2023-11-14T22:13:20Z",
      "sealed",
      "state/openclaw.json",
    ]);
  });

  it.each([
    ["a link's target", { ...entry, type: "symlink" as const, target: "../x\u202e" }, " -> ../x\\u{202e}"],
    [
      "why something is not there",
      { ...entry, status: "excluded:cache" as const, reason: "made again" },
      "(excluded:cache: made again)",
    ],
  ])("in the long form names %s", (_what, line, expected) => {
    expect(longLine(line)).toContain(expected);
  });

  it("in the short form is the path that cat and extract take", () => {
    expect(shortLine(entry)).toBe("state/openclaw.json");
    expect(shortLine({ ...entry, status: "vanished" })).toBe("state/openclaw.json  (vanished)");
  });

  it.each(["-1000000000", "253402300799000000000", "99999999999999999999999999"])(
    "bears the time %s",
    (mtime) => {
      expect(() => longLine({ ...entry, mtime })).not.toThrow();
    },
  );
});

describe("numbers for people", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1,023 bytes"],
    [1024, "1.0 KiB"],
    [41_943_040, "40.0 MiB"],
    [1_099_511_627_776, "1.0 TiB"],
  ])("%d is %s", (bytes, text) => expect(size(bytes)).toBe(text));

  it.each([
    [340, "0.3 s"],
    [42_000, "42 s"],
    [200_000, "3 min 20 s"],
    [179_900, "3 min 0 s"],
  ])("%d ms are %s", (ms, text) => expect(duration(ms)).toBe(text));
});
