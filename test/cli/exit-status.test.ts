import { describe, expect, it } from "vitest";
import { BackupError } from "../../src/backup/errors.ts";
import { CliError, Interrupted } from "../../src/cli/errors.ts";
import { statusOfError } from "../../src/cli/error-status.ts";
import { statusOfVerdict } from "../../src/cli/exit-status.ts";
import { hintOf } from "../../src/cli/hints.ts";
import { DiskError } from "../../src/disk/errors.ts";
import { FormatError, type FormatErrorCode } from "../../src/format/errors.ts";
import { OpenClawError } from "../../src/openclaw/errors.ts";
import { RecordsError } from "../../src/records/errors.ts";
import { ScheduleError } from "../../src/schedule/errors.ts";
import { StoreError } from "../../src/store/errors.ts";
import { testCli } from "../support/cli.ts";

const codes = Object.keys({
  "not-an-archive": 0,
  "newer-format": 0,
  "unknown-critical": 0,
  truncated: 0,
  "part-missing": 0,
  "bad-header": 0,
  "bad-member": 0,
  "bad-json": 0,
  "bad-schema": 0,
  "digest-mismatch": 0,
  "bad-age-header": 0,
  "bad-chunk": 0,
  "bad-frame": 0,
  "bad-seek-table": 0,
  "bad-tar": 0,
  "bad-index": 0,
  "trailing-data": 0,
  "unsafe-path": 0,
  "unsafe-link": 0,
  "duplicate-path": 0,
  "limit-exceeded": 0,
  unbound: 0,
  "bad-signature": 0,
  "no-signature": 0,
  "no-key": 0,
  "bad-key": 0,
  "mixed-recipients": 0,
} satisfies Record<FormatErrorCode, 0>) as FormatErrorCode[];

describe("the exit status", () => {
  it.each(codes)("of %s is that of the verdict it leads to", (code) => {
    const error = new FormatError(code, "x");
    const expected =
      error.verdict === undefined ? ({ "no-key": 12 }[code as string] ?? 2) : statusOfVerdict[error.verdict];
    expect(statusOfError(error)).toBe(expected);
  });

  it.each([
    ["an archive that is not there", new StoreError("not-found", "x"), 10],
    ["an archive that would be overwritten", new StoreError("exists", "x"), 26],
    ["a directory in place of an archive", new StoreError("not-a-file", "x"), 27],
    ["a full disk at create", new StoreError("no-space", "x"), 26],
    ["a full disk at restore", new DiskError("no-space", "x"), 26],
    ["a target that exists", new DiskError("target-exists", "x"), 26],
    ["an owner nobody knows", new DiskError("owner-unknown", "x"), 26],
    ["an owner one may not restore for", new DiskError("owner-not-permitted", "x"), 26],
    ["names the file system cannot tell apart", new DiskError("collision", "x"), 26],
    ["links that lead out", new DiskError("unsafe-link", "x"), 22],
    ["no installation", new OpenClawError("no-installation", "x"), 10],
    ["an unknown profile", new OpenClawError("unknown-profile", "x"), 10],
    ["a running gateway", new OpenClawError("gateway-running", "x"), 26],
    ["no recipient", new BackupError("no-recipient", "x"), 2],
    ["sealed files without a key", new BackupError("sealed-without-key", "x"), 12],
    ["an entry that is not there", new BackupError("no-such-entry", "x"), 10],
    ["records of a newer ocbak", new RecordsError("newer-records", "x"), 24],
    ["records that are damaged", new RecordsError("damaged-records", "x"), 20],
    ["records that another one writes to", new RecordsError("records-busy", "x"), 11],
    ["an installation that nothing is recorded of", new RecordsError("nothing-recorded", "x"), 10],
    ["usage", new CliError("usage", "x"), 2],
    ["no such schedule", new ScheduleError("not-scheduled", "x"), 10],
    ["a job that runs already", new ScheduleError("running", "x"), 11],
    ["somebody else's unit", new ScheduleError("foreign-file", "x"), 26],
    ["no scheduler", new ScheduleError("no-scheduler", "x"), 1],
    ["Ctrl-C", new Interrupted("SIGINT"), 130],
    ["kill", new Interrupted("SIGTERM"), 143],
    ["anything else", new TypeError("x"), 1],
    ["what is no error", "x", 1],
  ])("of %s is as the contract says", (_what, error, expected) => {
    expect(statusOfError(error)).toBe(expected);
  });
});

describe("hints", () => {
  const { io } = testCli({ home: "/" });

  it("are the error's own before those of its code", () => {
    expect(hintOf(new DiskError("target-exists", "x", { hint: "own" }), io)).toBe("own");
    expect(hintOf(new DiskError("target-exists", "x"), io)).toContain("--replace");
  });

  it("that name sudo print absolute paths of node and ocbak", () => {
    const error = new DiskError("owner-not-permitted", "x", { hint: "run it as root: sudo … --owner alex" });
    expect(hintOf(error, io)).toBe(
      "run it as root: sudo /opt/node/bin/node /opt/ocbak/main.js restore … --owner alex",
    );
  });

  it("go with every defect of an archive", () => {
    for (const code of codes) expect(hintOf(new FormatError(code, "x"), io)).toBeTypeOf("string");
  });

  it("blame ocbak only for what is neither foreseen nor the system's refusal", async () => {
    const refusal = Object.assign(new Error("EACCES: permission denied"), { errno: -13, code: "EACCES" });
    expect(hintOf(refusal, io)).toBeUndefined();
    expect(hintOf(new RangeError("x"), io)).toContain("fault of ocbak");
  });
});
