import { describe, expect, it } from "vitest";
import type { EntryCounts, SectionReport, VerifyReport } from "../../src/backup/reports.ts";
import { verifyFailure, verifyText } from "../../src/cli/render/verify-text.ts";

const none: EntryCounts = { whole: 0, cut: 0, missing: 0, damaged: 0, unknown: 0 };

function section(name: "plain" | "sealed", more: Partial<SectionReport>): SectionReport {
  return {
    name,
    verdict: "full",
    presentBytes: 10,
    expectedBytes: 10,
    presentShare: null,
    badRanges: [],
    entries: none,
    ...more,
  };
}

const whole: VerifyReport = {
  archive: "monday.ocbak",
  archiveId: "abcdefghijklmnopqrstuvwxyz",
  createdAt: "2026-03-04T05:06:07Z",
  profile: null,
  level: "full",
  verdict: "full",
  capture: { complete: true, changed: 0, vanished: 0, unreadable: 0 },
  presentShare: 1,
  expectedBytes: 123_456_789,
  badRanges: [],
  copyAgain: [],
  sections: [section("plain", {}), section("sealed", {})],
  entries: { ...none, whole: 1204 },
  conditions: [],
  findings: [],
  signer: null,
  sizeBytes: 123_456_789,
  durationMs: 1000,
};

const cut: VerifyReport = {
  ...whole,
  verdict: "partial",
  presentShare: 0.8349,
  sizeBytes: 41_943_040,
  expectedBytes: null,
  badRanges: [{ offset: 41_943_040, length: null, kind: "missing" }],
  copyAgain: [{ offset: 41_943_040, length: null }],
  capture: { complete: null, changed: null, vanished: null, unreadable: null },
  sections: [
    section("plain", {
      verdict: "partial",
      entries: { ...none, whole: 812, cut: 3, missing: 41 },
      badRanges: [{ offset: 41_943_040, length: null, kind: "missing" }],
    }),
    section("sealed", { verdict: "partial", presentBytes: 8, expectedBytes: null }),
  ],
  entries: { ...none, whole: 812, cut: 3, missing: 41 },
  conditions: [{ path: "workspace.main/a\u001b[31mb.md", section: "plain", condition: "cut" }],
  findings: [
    { code: "truncated", reason: "the archive ends before its end" },
    { code: "missing", offset: 41_943_040, reason: "everything from byte 41943040 on is missing" },
  ],
};

describe("what verify says", () => {
  it("of a whole archive is one clear line, with what was proved", () => {
    const [first, second] = verifyText(whole).split("\n");
    expect(first).toBe("monday.ocbak: full: every file was proved, the sealed ones too");
    expect(second).toContain("1,204 entries proved");
    expect(verifyFailure(whole)).toBe("");
  });

  it("of a copy cut short is what is whole, cut and missing, and from where to copy again", () => {
    const text = verifyText(cut);
    expect(text).toContain("812 of 856 workspace files are whole; 3 are cut; 41 are missing.");
    expect(text).toContain(
      "The file ends at byte 41,943,040: copy it again from there, or make a new backup.",
    );
    expect(text).toContain("83.4% of its content is here.");
  });

  it("of a sealed part without the key is that only the key can tell", () => {
    const text = verifyText({ ...cut, level: "intact" });
    expect(text).toMatch(/The sealed part .*: 8 bytes here; its full size is not known.* -i FILE/);
    expect(verifyText(cut)).not.toContain("-i FILE");
  });

  it("of a copy cut short is the command that copies the rest", () => {
    const text = verifyText(cut);
    expect(text).toMatch(/^monday.ocbak: partial: cut short\n/);
    expect(text).toContain(
      "\n  dd if=WHOLE-COPY of=monday.ocbak bs=1M iflag=skip_bytes oflag=seek_bytes skip=41943040 seek=41943040\n",
    );
    expect(text).toContain("\n  rsync -c --inplace --no-whole-file WHOLE-COPY monday.ocbak\n");
  });

  const badRanges = [
    { offset: 9_000_000, length: 100, kind: "damaged" as const },
    { offset: 16_777_216, length: 65_536, kind: "zero-filled" as const },
  ];
  const holed: VerifyReport = {
    ...cut,
    archive: "it's.ocbak",
    verdict: "damaged",
    sizeBytes: 123_456_789,
    expectedBytes: 123_456_789,
    badRanges,
    copyAgain: [
      { offset: 8_388_608, length: 8_388_608 },
      { offset: 16_777_216, length: 65_536 },
    ],
  };

  it("of a copy with a hole is the byte ranges to copy again, by which commands, and not that it is cut", () => {
    const text = verifyText(holed);
    expect(text).toContain(
      "Copy these bytes of the file again, or make a new backup:\n  bytes 8,388,608 to 16,777,215 (8.0 MiB): 100 bytes of it damaged\n  bytes 16,777,216 to 16,842,751 (64.0 KiB): zero-filled\n",
    );
    expect(text).toContain(
      String.raw`
  dd if=WHOLE-COPY of='it'\''s.ocbak' bs=1M conv=notrunc iflag=skip_bytes,count_bytes oflag=seek_bytes skip=16777216 seek=16777216 count=65536
`,
    );
    expect(text).not.toContain("The file ends");
  });

  it("of a copy with many holes is twenty of them, how many there are, and one command", () => {
    const copyAgain = Array.from({ length: 25 }, (_, at) => ({ offset: at * 1_000_000, length: 512 }));
    const text = verifyText({ ...holed, copyAgain });
    expect(text).toContain("\n  … and 5 more byte ranges; --json names them all\n");
    expect(text).not.toContain(" dd ");
    expect(text).toContain("rsync");
  });

  it("of a copy in which everything is shifted is from where on to copy it again", () => {
    const text = verifyText({ ...holed, sizeBytes: 100, copyAgain: [{ offset: 50, length: null }] });
    expect(text).toContain(
      "\n  from byte 50 to the end: what follows is not in its place; the file should have 123,456,789 bytes\n",
    );
  });

  it("of bytes behind the end is how to cut them off", () => {
    const trailing = [{ offset: 123_456_789, length: 3, kind: "trailing" as const }];
    const text = verifyText({ ...holed, archive: "a.ocbak", badRanges: trailing, copyAgain: [] });
    expect(text).toContain(
      "3 bytes too many follow the end of the archive, from byte 123,456,789 on. Cut them off:\n  truncate -s 123456789 a.ocbak\n",
    );
  });

  it("names no file in a command whose name cannot be shown as it is", () => {
    expect(verifyText({ ...holed, archive: "a\u202eb.ocbak" })).toContain("WHOLE-COPY FILE\n");
  });

  it("of a sealed part that no key opens any more is why", () => {
    const findings = [
      ...cut.findings,
      { code: "bad-age-header", section: "sealed", reason: "nothing of it can be opened: x" },
    ];
    const text = verifyText({ ...cut, findings });
    expect(text).toContain("its full size is not known. Nothing of it can be opened: x.");
    expect(text).not.toContain("bad-age-header");
  });

  it("of files of which nothing is left is how many they were", () => {
    const sections = [section("plain", { entries: { ...none, unknown: 806 } })];
    expect(verifyText({ ...cut, sections })).toContain(
      "What became of the 806 workspace files cannot be told: none of them can be read.",
    );
  });

  it("says how to see the rest of a long list", () => {
    const conditions = Array.from({ length: 44 }, (_, at) => ({
      path: `workspace.main/${at}`,
      section: "plain" as const,
      condition: "missing" as const,
    }));
    expect(verifyText({ ...cut, conditions })).toContain("\n  … and 24 more; --json names them all\n");
    expect(verifyText(cut)).toContain("\n  … and 43 more; --json names 1 of them\n");
  });

  it("begins with the holes of the capture, for copying again does not mend them", () => {
    const capture = { complete: false, changed: 1, vanished: 0, unreadable: 2 };
    const lines = verifyText({ ...whole, capture }).split("\n");
    expect(lines[0]).toBe(
      "INCOMPLETE BACKUP: data that matters was missed when it was made: 2 files could not be read, 1 file changed while being read.",
    );
    expect(lines[2]).toMatch(/^monday.ocbak: full/);
  });

  it("shows names with control characters escaped", () => {
    expect(verifyText(cut)).toContain("cut      workspace.main/a\\x1b[31mb.md");
  });

  it("ends in an error line and a hint on stderr where the archive is refused", () => {
    expect(verifyFailure(cut)).toMatch(
      /^ocbak: error: monday.ocbak: partial: the archive ends before its end\nocbak: hint: .*salvage monday.ocbak/,
    );
  });

  it("of a signer nobody trusts is exactly that", () => {
    const text = verifyText({ ...whole, signer: { key: "ssh-ed25519 AAAA", trusted: false } });
    expect(text).toContain("signed by ssh-ed25519 AAAA, who is not among your trusted signers");
  });
});
