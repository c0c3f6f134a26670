import type { BigIntStats } from "node:fs";
import { describe, expect, it } from "vitest";
import { identityOf, inodeOf, isSame, isSameInode, modeOf, sizeBytesOf } from "../../src/disk/identity.ts";

const file = {
  dev: 2n ** 63n - 1n,
  ino: 2n ** 62n + 1n,
  size: BigInt(Number.MAX_SAFE_INTEGER),
  mtimeNs: -315_619_199_500_000_001n,
  ctimeNs: 1_700_000_000_123_456_789n,
  mode: 0o100644n,
};

function identity(changes: Partial<typeof file> = {}): ReturnType<typeof identityOf> {
  return identityOf({ ...file, ...changes } as unknown as BigIntStats);
}

describe("the identity of a file", () => {
  it("is the same in the same state, and after it was posted to a worker", () => {
    expect(isSame(identity(), structuredClone(identity()))).toBe(true);
  });

  it.each(Object.keys(file) as (keyof typeof file)[])("is another with another %s", (field) => {
    const other = identity({ [field]: file[field] - 1n });
    expect(isSame(identity(), other)).toBe(false);
    expect(isSameInode(identity(), other)).toBe(field !== "dev" && field !== "ino");
  });

  it("tells inode, size and mode to the last bit", () => {
    const one = identity();
    expect(inodeOf(one)).toEqual({ dev: file.dev, ino: file.ino });
    expect(sizeBytesOf(one)).toBe(Number.MAX_SAFE_INTEGER);
    expect(modeOf(one)).toBe(0o100644);
  });
});
