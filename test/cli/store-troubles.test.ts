import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canBecomeNobody } from "../support/nobody.ts";
import { giveTo, start } from "../support/program.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { makeStore, smallArchive } from "../support/stores.ts";
import { makeWorld, namesIn } from "../support/world.ts";

const at = "2026-02-01T03:00:00Z";

describe("notes on archives", () => {
  it.skipIf(!canBecomeNobody)(
    "cannot be made where a store can only be read, and its archives are verified all the same",
    async () => {
      const world = await makeWorld();
      const { path, put } = await makeStore(world);
      await put("a.ocbak", { at });
      chmodSync(join(world.home, ".."), 0o755);
      giveTo(world.home, world.archives);
      chmodSync(path, 0o555);
      const before = namesIn(path);
      const asNobody = { asNobody: true };
      const verified = await start(world, ["verify", path, "--level", "intact"], asNobody).ended;
      expect(verified).toMatchObject({ status: 0, out: expect.stringContaining("1 of 1 archive read") });
      const pinned = await start(world, ["pin", path, "a.ocbak"], asNobody).ended;
      expect(pinned).toMatchObject({
        status: 26,
        err: expect.stringMatching(/error: .*\n.*hint: .*permissions/),
      });
      expect(namesIn(path)).toEqual(before);
    },
  );

  it("stay as they were where the disk is full, and can be made once it is not", async (context) => {
    const world = await makeWorld();
    const disk = mountSmallDisk(context, "1m");
    await world.ocbak(["init", disk]);
    for (const [name, day] of [
      ["a", 1],
      ["b", 2],
    ])
      writeFileSync(
        join(disk, `${name}.ocbak`),
        (await smallArchive({ at: `2026-02-0${day}T03:00:00Z` })).bytes,
      );
    await world.ocbak(["pin", disk, "a.ocbak"]);
    const before = readFileSync(join(disk, ".ocbak-notes.json"), "utf8");
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, "filler"), Buffer.alloc(bavail * bsize));
    const names = namesIn(disk);
    const full = await world.ocbak(["pin", disk, "b.ocbak"]);
    expect(full).toMatchObject({ status: 26, err: expect.stringMatching(/ENOSPC\n.*hint: free some space/) });
    expect(readFileSync(join(disk, ".ocbak-notes.json"), "utf8")).toBe(before);
    expect(namesIn(disk)).toEqual(names);
    rmSync(join(disk, "filler"));
    expect((await world.ocbak(["pin", disk, "b.ocbak"])).status).toBe(0);
  });

  it("are not made in the folder of a disk that is not mounted", async () => {
    const world = await makeWorld();
    const folder = join(world.archives, "unmounted");
    mkdirSync(folder);
    const { status, err } = await world.ocbak(["tag", folder, "a.ocbak", "--add", "x"]);
    expect([status, err]).toEqual([10, expect.stringMatching(/is no store.*\n.*hint: is the disk mounted/)]);
    expect(existsSync(join(folder, ".ocbak-notes.json"))).toBe(false);
  });
});
