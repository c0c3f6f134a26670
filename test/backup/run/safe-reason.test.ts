import { describe, expect, it } from "vitest";
import { safeReason } from "../../../src/backup/run/safe-reason.ts";
import { fakeSecrets } from "../../support/fake-secrets.ts";

describe("the reason that is recorded of an error", () => {
  it.each([...fakeSecrets])("holds nothing of a secret: %s", (_kind, { secret, text }) => {
    const reason = safeReason(`running the command failed: ${text}, and more`);
    const pieces = secret.match(/[^\s/-]{20}/g) ?? [secret];
    expect(pieces.filter((piece) => reason.includes(piece))).toEqual([]);
    expect(reason).toMatch(/^running the command failed: /);
  });

  it.each([
    ["what happened", "there is no directory /mnt/usb to write the archive to"],
    ["the name of an archive", "openclaw-nas-20261122T030000Z.ocbak is damaged at byte 1048576"],
    ["a digest", `the digest is ${"0a1b".repeat(16)}`],
    ["the id of an archive", "archive 019a9b1e-6f00-7cc1-8a3e-2f6f4b1c9d11 is older than what was seen"],
    ["a path", "cannot read /home/u/.openclaw/agents/main/sessions/one.jsonl: EACCES"],
  ])("is left as it is where it tells %s", (_what, message) => {
    expect(safeReason(message)).toBe(message);
  });

  it.each([
    [
      "an address with its token",
      "POST https://hc-ping.com/5ecret-uu1d failed",
      "POST https://hc-ping.com/… failed",
    ],
    ["lines", "one\n  two\r\nthree", "one two three"],
    ["a password in an address", "https://me:hunter2@host/x", "https://host/…"],
  ])("is made one line without secrets where it has %s", (_what, message, reason) => {
    expect(safeReason(message)).toBe(reason);
  });

  it.each(["x", "a1B2", "http://", "key= ", "-----BEGIN ", "eyJ", "=", "p:"])(
    "is short for a message of nothing but %j",
    (piece) => {
      expect(safeReason(piece.repeat(100_000)).length).toBeLessThanOrEqual(500);
    },
  );
});
