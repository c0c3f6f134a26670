import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { dir } from "tmp-promise";
import { describe, expect, it } from "vitest";

import { resolveOwner, type OwnerRequest } from "../../src/disk/owner.ts";
import {
  findLine,
  parseGroup,
  parseUser,
  systemUserDatabase,
  type UserDatabase,
} from "../../src/disk/user-database.ts";

const passwd = [
  "root:x:0:0:root:/root:/bin/bash",
  "alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash",
  "bob:x:1001:100::/home/bob:/bin/sh",
  "1001:x:1002:1002::/home/number:/bin/sh",
  "broken:x:nan:1::/",
].join("\n");
const groups = "root:x:0:\nusers:x:100:\nalice:x:1000:\nstaff:x:50:alice,bob\n";
const users: UserDatabase = {
  user: (key) => parseUser(findLine(passwd, key)),
  group: (key) => parseGroup(findLine(groups, key)),
};

const root = { uid: 0, gid: 0, env: {}, osHomeDir: "/root" } satisfies OwnerRequest;
const alice = { uid: 1000, gid: 1000, env: {}, osHomeDir: "/home/alice" } satisfies OwnerRequest;
const ofAlice = { user: "alice", uid: 1000, gid: 1000, group: "alice", home: "/home/alice" };
const isRoot = process.getuid?.() === 0;

function refusal(request: OwnerRequest): unknown {
  try {
    return resolveOwner(request, users);
  } catch (error) {
    return error;
  }
}

describe("the owner of what is restored", () => {
  it.each<[string, OwnerRequest, object]>([
    ["--owner NAME, with its primary group and home", { ...root, owner: "alice" }, ofAlice],
    ["--owner NAME: with a colon and nothing behind", { ...root, owner: "alice:" }, ofAlice],
    ["--owner NAME:GROUP", { ...root, owner: "alice:staff" }, { ...ofAlice, gid: 50, group: "staff" }],
    ["--owner by number", { ...root, owner: "1000" }, ofAlice],
    ["a name before a number", { ...root, owner: "1001" }, { user: "1001", uid: 1002, home: "/home/number" }],
    ["bare numbers", { ...root, owner: "7:8" }, { user: null, uid: 7, gid: 8, group: null, home: null }],
    [
      "--home before the database's",
      { ...root, owner: "alice", home: "/srv/a" },
      { ...ofAlice, home: "/srv/a" },
    ],
    ["the caller, where nothing is said", alice, ofAlice],
    ["root itself, where no sudo is involved", root, { user: "root", uid: 0, home: "/root" }],
    ["root under sudo by root", { ...root, env: { SUDO_USER: "root" } }, { uid: 0 }],
    ["oneself by name", { ...alice, owner: "alice" }, ofAlice],
    [
      "oneself with a group one is in",
      { ...alice, owner: "alice:staff" },
      { ...ofAlice, gid: 50, group: "staff" },
    ],
    [
      "the caller in a home that is yet to be made",
      { ...alice, home: "/nowhere/at/all" },
      { uid: 1000, home: "/nowhere/at/all" },
    ],
  ])("is %s", (_, request, expected) => {
    expect(resolveOwner(request, users)).toMatchObject(expected);
  });

  it.each<[string, OwnerRequest, string, string | undefined]>([
    ["an unknown user", { ...root, owner: "carol" }, "owner-unknown", undefined],
    ["an empty user", { ...root, owner: ":staff" }, "owner-unknown", undefined],
    ["an unknown group", { ...root, owner: "alice:nope" }, "owner-unknown", undefined],
    ["too many colons", { ...root, owner: "alice:staff:x" }, "owner-unknown", undefined],
    ["a number that is no user id", { ...root, owner: "4294967295:1" }, "owner-unknown", undefined],
    ["a broken line of the database", { ...root, owner: "broken" }, "owner-unknown", undefined],
    ["a bare number without group", { ...root, owner: "7" }, "owner-unknown", "--owner 7:GROUP"],
    [
      "a home that is not there, as root",
      { ...root, home: "/nowhere/at/all" },
      "owner-unknown",
      "--owner USER --home /nowhere/at/all",
    ],
    [
      "sudo without a word whose it shall be",
      { ...root, env: { SUDO_USER: "bob" } },
      "owner-not-permitted",
      "--owner bob",
    ],
    ["another user without root", { ...alice, owner: "bob" }, "owner-not-permitted", undefined],
    ["a group one is not in", { ...alice, owner: "alice:users" }, "owner-not-permitted", undefined],
    ["root's home without root", { ...alice, home: "/" }, "owner-not-permitted", undefined],
  ])("is refused for %s, with a hint", (_, request, code, hint = "--owner") => {
    expect(refusal(request)).toMatchObject({ code, hint: expect.stringContaining(hint) as string });
  });

  it.runIf(isRoot)("is the owner of --home, with that user's primary group", async () => {
    const directory = await dir({ unsafeCleanup: true });
    const home = join(directory.path, "home");
    mkdirSync(home);
    chownSync(home, 1000, 50);
    const request = { ...root, home, env: { SUDO_USER: "bob" } };
    expect(resolveOwner(request, users)).toEqual({ ...ofAlice, home });
    chownSync(home, 2000, 50);
    expect(resolveOwner(request, users)).toEqual({ user: null, uid: 2000, gid: 50, group: "staff", home });
    await directory.cleanup();
  });
});

describe("the system's user database", () => {
  it("knows root by name and by number, and nobody by a name that is none", () => {
    expect(systemUserDatabase.user("root")).toMatchObject({ uid: 0, gid: 0 });
    expect(systemUserDatabase.user("0")?.name).toBe("root");
    expect(systemUserDatabase.group("0")?.gid).toBe(0);
    for (const key of ["", "no-such-user-here", "--help", "root:x", "a b", "root\nroot"]) {
      expect(systemUserDatabase.user(key)).toBeUndefined();
    }
  });
});
