import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../src/backup/context.ts";
import type { Progress } from "../../../src/backup/progress.ts";
import { restoreArchive } from "../../../src/backup/restore.ts";
import { Secret } from "../../../src/format/secret.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { plantInstallation } from "../../support/installation.ts";
import { oddNames } from "../../support/odd-names.ts";
import { plant } from "../../support/tree.ts";
import { walkTree } from "../../support/walk.ts";
import { makeWorld, namesIn, type World } from "../../support/world.ts";

const large = "0123456789abcdef".repeat(200_000);

/** With odd names, links, holes, databases, and files that fill several frames. */
async function archived(): Promise<{ world: World; archive: string }> {
  const world = await makeWorld();
  plantInstallation(world.home);
  plant(world.home, {
    ...Object.fromEntries(oddNames.map((name) => [`.openclaw/odd/${name}`, name])),
    ...Object.fromEntries(oddNames.map((name) => [`.openclaw/workspace/odd/${name}`, name])),
    ".openclaw/odd/again": { sameAs: `.openclaw/odd/${oddNames[0]}` },
    ".openclaw/large": large,
    ".openclaw/workspace/large.md": large,
  });
  const archive = join(world.archives, "a.ocbak");
  const { status, err } = await world.ocbak(["create", "--quiet", "-o", archive]);
  expect([status, err]).toEqual([0, ""]);
  return { world, archive };
}

interface Restoring {
  readonly count: number;
  readonly home?: string;
  readonly context?: Partial<Context>;
}

function restored({ world, archive }: { world: World; archive: string }, restoring: Restoring) {
  const { count, home = world.newHome, context } = restoring;
  const keys = { identities: [new Secret(readFileSync(world.identityFile, "utf8").trim())] };
  const options = { keys, home, rewritePaths: false, threads: { count, partBytes: 1 } };
  return restoreArchive(archive, options, world.context(context));
}

function onStart(act: () => void): { progress: Progress } {
  return { progress: { start: act, advance() {}, finish() {} } };
}

/** `projects` is the folder around a workspace, and no part of a backup. */
function treeOf(home: string) {
  const { projects: _, ...tree } = walkTree(home);
  return tree;
}

describe("files made by threads", () => {
  it("are those that one thread makes, and so is all around them", async () => {
    const given = await archived();
    const other = join(given.world.archives, "home");
    mkdirSync(other);
    const here = await restored(given, { count: 0, home: other });
    const there = await restored(given, { count: 2 });
    expect(treeOf(given.world.newHome)).toEqual(treeOf(other));
    const { entries, bytes } = here;
    expect(there).toMatchObject({ entries, bytes });
    expect(entries).toBeGreaterThan(2 * oddNames.length);
  });

  it("are not promoted where somebody wants to stop, or something is wrong: as one thread would tell it", async () => {
    const given = await archived();
    const controller = new AbortController();
    const stop = onStart(() => controller.abort(new Error("stop")));
    expect(
      await refusal(restored(given, { count: 2, context: { ...stop, signal: controller.signal } })),
    ).toMatchObject({ message: "stop" });

    const bytes = readFileSync(given.archive);
    bytes[bytes.lastIndexOf("sealed/000001.") + 5000]! ^= 1;
    writeFileSync(given.archive, bytes);
    const [one, two] = [
      await refusal(restored(given, { count: 0 })),
      await refusal(restored(given, { count: 2 })),
    ];
    expect(one).toMatchObject({ code: "digest-mismatch", place: { section: "sealed" } });
    expect(two).toEqual(one);

    bytes[bytes.lastIndexOf("sealed/000001.") + 5000]! ^= 1;
    writeFileSync(given.archive, bytes);
    const cut = onStart(() => truncateSync(given.archive, 10_000));
    const failure = await refusal(restored(given, { count: 2, context: cut }));
    expect(failure).toBeInstanceOf(StoreError);
    expect(failure).toMatchObject({ code: "io" });
    expect(namesIn(given.world.newHome)).toEqual([]);
  });
});

function refusal(restoring: Promise<unknown>): Promise<Error> {
  return restoring.then(
    () => new Error("nothing was refused"),
    (error: Error) => error,
  );
}
