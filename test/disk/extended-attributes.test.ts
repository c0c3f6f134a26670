import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AttributeSearch } from "../../src/disk/extended-attributes.ts";
import { mark, restrict } from "../support/attributes.ts";
import { freshDir, plant } from "../support/tree.ts";

async function found(tops: readonly string[], places?: readonly string[]): Promise<readonly string[] | null> {
  using search = new AttributeSearch(tops, places);
  return await search.found(5000);
}

/** A program in getfattr's place. */
function program(text: string): string {
  const file = join(freshDir(), "getfattr");
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("files with extended attributes", () => {
  test("and ACLs are found below each top, whatever their names, and links are not followed", async (context) => {
    const [one, two] = [freshDir(), freshDir()];
    plant(one, { plain: "x", "a\nb\\c": "x", "f\xff": "x", "deep/acl": "x", link: { to: two } });
    plant(two, { marked: "x" });
    restrict(context, join(one, "deep/acl"), join(one, "deep"));
    mark(context, `${one}/a\nb\\c`, `${one}/f\xff`, two, `${two}/marked`);
    expect((await found([one]))?.toSorted()).toEqual([
      `${one}/a\nb\\c`,
      `${one}/deep`,
      `${one}/deep/acl`,
      `${one}/f\xff`,
    ]);
    expect((await found([one, two]))?.length).toBe(6);
  });

  test("are none where there are none, and some tops have gone", async () => {
    const dir = plant(freshDir(), { a: "x" });
    expect(await found([dir, join(dir, "gone")])).toEqual([]);
  });
});

describe("nobody looked", () => {
  test.each([
    ["without the program", () => ["/nonexistent/getfattr"]],
    ["where it fails", () => [program("exit 2")]],
    ["where it is killed", () => [program("kill -9 $$")]],
    ["where it cannot be run", () => [plant(freshDir(), { getfattr: "no program" }) + "/getfattr"]],
  ])("%s", async (_what, places) => {
    expect(await found([freshDir()], places())).toBeNull();
  });

  test("where the name of a top cannot be an argument", async () => {
    expect(await found(["/tmp/\xff"])).toBeNull();
  });

  test("where it takes too long, which is not waited for", async () => {
    const search = new AttributeSearch([freshDir()], [program("exec sleep 60")]);
    onTestFinished(() => search[Symbol.dispose]());
    const startedAt = performance.now();
    expect(await search.found(50)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
