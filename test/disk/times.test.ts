import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, bigInt, property } from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import { utimesArgument } from "../../src/disk/times.ts";
import { nanoseconds, restore, scratchHome } from "../support/restore.ts";

let home: string;
let state: string;

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  state = join(home, ".openclaw");
  return scratch.remove;
});

function microseconds(time: bigint): bigint {
  return time >= 0n ? time / 1000n : -((-time + 999n) / 1000n);
}

describe("times", () => {
  it.each([
    ["a whole second", "1700000000000000000"],
    ["a microsecond", "1700000000123456000"],
    ["nanoseconds, to the microsecond", "1700000000999999999"],
    ["1970 itself", "0"],
    ["1969", "-1"],
    ["1969 with a fraction", "-1500000001"],
    ["1901", "-2147483648000000000"],
    ["2100", "4102444800123456789"],
  ])("come back: %s", async (_, mtime) => {
    const roots = [{ id: "state", sourcePath: null, target: state, type: "directory" as const }];
    const sealed = [
      { path: "state", directory: true as const, mtime },
      { path: "state/f", content: "f", mtime },
      { path: "state/d", directory: true as const, mtime },
      { path: "state/d/in", content: "later than its directory" },
      { path: "state/l", target: "f", mtime },
    ];
    await restore({ roots, home, sealed });
    for (const name of ["", "f", "d", "l"]) {
      expect(microseconds(nanoseconds(state, name))).toBe(microseconds(BigInt(mtime)));
    }
  });

  it("of any file come back in their microsecond", async () => {
    const file = join(home, "f");
    writeFileSync(file, "");
    // from the first second that ext4 stores to the last whose doubles are less than a microsecond apart
    const range = { min: -2_147_483_648_000_000_000n, max: 8_589_934_591_999_999_999n };
    assert(
      property(bigInt(range), (mtime) => {
        utimesSync(file, "0", utimesArgument(String(mtime)));
        expect(microseconds(nanoseconds(file))).toBe(microseconds(mtime));
      }),
      { numRuns: 5000 },
    );
  });

  it("beyond all file systems do not break the call", () => {
    const file = join(home, "f");
    writeFileSync(file, "");
    const touch = (mtime: string): void => utimesSync(file, "0", utimesArgument(mtime));
    for (const mtime of [`9${"9".repeat(60)}`, `-9${"9".repeat(60)}`])
      expect(() => touch(mtime)).not.toThrow();
  });
});
