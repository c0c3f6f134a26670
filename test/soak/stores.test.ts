import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { initDirectoryStore, openDirectoryStore } from "../../src/store/directory-store.ts";
import { lockName } from "../../src/store/lock-holder.ts";
import { ownContext, startStoreProcess } from "../support/store-processes.ts";
import { hasTools } from "../support/tools.ts";
import { freshDir } from "../support/tree.ts";
import { namesIn } from "../support/world.ts";

const marker = ".ocbak-store.json";
/** As a file system without hard links answers, by fault injection: FAT, exFAT, some shares. */
const withoutLinks = [
  "strace",
  "-f",
  "-qq",
  "-o",
  "/dev/null",
  "-e",
  "trace=link,linkat",
  "-e",
  "inject=link,linkat:error=EPERM",
];
const hasStrace = hasTools("a store without hard links", ["strace", "--version"]);

async function freshStore(path = freshDir()): Promise<string> {
  await initDirectoryStore(path, ownContext);
  return path;
}

/** How many of so many processes got the lock, all of them still running. */
async function race(path: string, processes: number, before: readonly string[] = []) {
  const all = await Promise.all(
    Array.from({ length: processes }, () => startStoreProcess({ path, act: "lock" }, before)),
  );
  expect(all.filter(({ said }) => said !== "done").map(({ said }) => said)).toEqual(
    Array.from({ length: processes - 1 }, () => "locked"),
  );
  return all.find(({ said }) => said === "done")!;
}

describe("the lock of a store", () => {
  it("is taken over by exactly one of many processes each time its holder is killed", async () => {
    const path = await freshStore();
    for (let round = 0; round < 20; round += 1) await (await race(path, 12)).kill();
    expect(namesIn(path)).toEqual([marker, lockName]);
    const store = await openDirectoryStore(path, ownContext);
    await using _lock = await store.lock("after all");
  });

  it.skipIf(!hasStrace)("goes to exactly one also where there are no hard links", async () => {
    const path = await freshStore();
    const dead = { host: ownContext.processes.host, boot: "an earlier one", pid: 1, start: "1" };
    const text = JSON.stringify({ purpose: "prune", since: "x", holder: dead, token: "1" });
    for (const left of [undefined, text]) {
      if (left !== undefined) writeFileSync(join(path, lockName), left);
      await race(path, 8, withoutLinks);
      expect(namesIn(path)).toEqual([marker, lockName]);
    }
  });
});

describe("a store without hard links", () => {
  it.skipIf(!hasStrace)("does all that others do", async () => {
    const path = join(freshDir(), "new");
    const { said } = await startStoreProcess({ path, act: "everything" }, withoutLinks);
    expect(said).toBe("done");
    expect(namesIn(path)).toEqual([".ocbak-notes.json", marker]);
  });
});

describe("a store on FAT", () => {
  it("does all that others do, and refuses beforehand what FAT cannot hold", async (context) => {
    const path = await freshStore(mountFat(context));
    expect((await startStoreProcess({ path, act: "everything" })).said).toBe("done");
    const store = await openDirectoryStore(path, ownContext);
    expect(store.fileBytesMax).toBe(2 ** 32 - 1);
    await expect(store.begin("a.ocbak", { expectedBytes: 2 ** 32 })).rejects.toMatchObject({
      code: "no-space",
      message: expect.stringContaining("FAT") as string,
    });
  });
});

/** A FAT of 64 MiB in a file. Skips where the kernel or the tools have none. */
function mountFat(context: TestContext): string {
  const [image, dir] = [join(freshDir(), "image"), join(freshDir(), "disk")];
  mkdirSync(dir);
  writeFileSync(image, "");
  truncateSync(image, 64 * 2 ** 20);
  try {
    execFileSync("mkfs.vfat", [image], { stdio: "pipe", env: { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" } });
    execFileSync("mount", ["-t", "vfat", "-o", "loop", image, dir], { stdio: "pipe" });
  } catch {
    context.skip("FAT is NOT TESTED here: it needs mkfs.vfat (dosfstools) and a kernel with vfat");
  }
  onTestFinished(() => void execFileSync("umount", ["-l", dir]));
  return dir;
}
