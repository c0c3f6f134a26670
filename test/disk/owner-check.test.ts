import { chmodSync, lchownSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { checkOwners, type PlacedTree } from "../../src/disk/owner-check.ts";
import { scratchHome } from "../support/restore.ts";
import { plant } from "../support/tree.ts";

const me = { uid: process.getuid!(), gid: process.getgid!() };
let home: string;

beforeEach(() => {
  const scratch = scratchHome();
  home = scratch.home;
  plant(home, { "state/a": "a", "state/ws/b": "b", "state/tools/node": "n" });
  return scratch.remove;
});

function trees(isPrivate: boolean): PlacedTree[] {
  const except = ["state/ws", "state/tools"].map((path) => join(home, path));
  return [{ path: join(home, "state"), isPrivate, except }];
}

describe("the walk after a restore", () => {
  it("counts what is its owner's, without what lies in it and was not put there", () => {
    expect(checkOwners(trees(false), me)).toEqual({ entries: 2, wrong: 0, examples: [] });
  });

  it("finds what is open to others where nothing may be", () => {
    chmodSync(join(home, "state"), 0o700);
    chmodSync(join(home, "state/a"), 0o640);
    expect(checkOwners(trees(true), me)).toMatchObject({
      wrong: 1,
      examples: [expect.stringMatching(/\/a has mode 640$/)],
    });
  });

  it("counts a tree that has gone for nothing", () => {
    expect(checkOwners([{ path: join(home, "gone"), isPrivate: true, except: [] }], me).entries).toBe(0);
  });

  it.runIf(me.uid === 0)(
    "finds what is somebody else's, links too, and takes any group where the system chose it",
    () => {
      lchownSync(join(home, "state/a"), 4242, 4243);
      lchownSync(join(home, "state"), 0, 4243);
      expect(checkOwners(trees(false), me)).toMatchObject({
        wrong: 2,
        examples: [
          expect.stringContaining("belongs to 0:4243"),
          expect.stringContaining("belongs to 4242:4243"),
        ],
      });
      expect(checkOwners(trees(false), { uid: 0, gid: null }).wrong).toBe(1);
    },
  );
});
