import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initDirectoryStore, openDirectoryStore } from "../../src/store/directory-store.ts";
import type { ArchiveStore } from "../../src/store/archive-store.ts";
import { lockName } from "../../src/store/lock-holder.ts";
import { ownContext, startStoreProcess } from "../support/store-processes.ts";
import { freshDir } from "../support/tree.ts";
import { namesIn } from "../support/world.ts";

interface Locked {
  readonly path: string;
  readonly store: ArchiveStore;
  readonly lock: string;
}

/** A store with a lock of this text. */
async function lockedStore(text?: string): Promise<Locked> {
  const path = freshDir();
  await initDirectoryStore(path, ownContext);
  const lock = join(path, lockName);
  if (text !== undefined) writeFileSync(lock, text);
  return { path, store: await openDirectoryStore(path, ownContext), lock };
}

function holder(of: object = {}): string {
  const { host } = ownContext.processes;
  const mark = { host, boot: "an earlier one", pid: 1, start: "1", ...of };
  return JSON.stringify({ purpose: "prune", since: "2026-01-01T00:00:00Z", holder: mark, token: "1" });
}

const dead = holder();
const ofAnotherHost = holder({ host: "other" });
const ofAnotherOfThatName = holder({ machine: "0123456789abcdef" });

describe("the lock of a store", () => {
  it("is held by one, also within a process, and free again afterwards", async () => {
    const { store, lock } = await lockedStore();
    {
      await using _held = await store.lock("prune");
      await expect(store.lock("tag")).rejects.toMatchObject({
        code: "locked",
        message: expect.stringMatching(/process \d+ of .+ \(prune, since 20/) as string,
        hint: expect.stringContaining("wait") as string,
      });
    }
    expect(existsSync(lock)).toBe(false);
    await using again = await store.lock("tag");
    expect(again.purpose).toBe("tag");
  });

  it("is waited for as long as one is ready to, or until one is interrupted", async () => {
    const { store } = await lockedStore();
    const held = await store.lock("prune");
    const waiting = store.lock("tag", { waitMs: 30_000 });
    const stop = new AbortController();
    const stopped = store.lock("tag", { waitMs: 30_000, signal: stop.signal });
    stop.abort(new Error("stopped"));
    await expect(stopped).rejects.toThrow(/abort/i);
    await expect(store.lock("tag", { waitMs: 1 })).rejects.toMatchObject({ code: "locked" });
    await held[Symbol.asyncDispose]();
    await using got = await waiting;
    expect(got.purpose).toBe("tag");
  });

  it("is taken over from a process that died, by one of many", async () => {
    const { path, store } = await lockedStore(dead);
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => store.lock("prune")));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(namesIn(path)).toEqual([".ocbak-store.json", lockName]);
  });

  it("is taken over also where the one that was about to died in the middle of it", async () => {
    const { path, store, lock } = await lockedStore(dead);
    const claim = `${lock}.${createHash("sha256").update(dead).digest("hex").slice(0, 12)}.claim`;
    writeFileSync(claim, dead.replace('"token":"1"', '"token":"2"'));
    await using got = await store.lock("prune");
    expect(got.purpose).toBe("prune");
    expect(namesIn(path)).toEqual([".ocbak-store.json", lockName]);
  });

  it("is taken over from a process that was killed with it, not from one that runs", async () => {
    const { path, store } = await lockedStore();
    const other = await startStoreProcess({ path, act: "lock" });
    expect(other.said).toBe("done");
    await expect(store.lock("prune")).rejects.toMatchObject({
      message: expect.stringContaining(`process ${other.pid} of`) as string,
    });
    await expect(store.breakLock(true)).rejects.toMatchObject({ code: "locked" });
    await other.kill();
    await using got = await store.lock("prune");
    expect(got.purpose).toBe("prune");
  });

  it.each([
    ["of another host", ofAnotherHost],
    ["of another machine of the same name", ofAnotherOfThatName],
    ["that cannot be read", "?"],
  ])("%s is never taken over, and goes only by force", async (_what, text) => {
    const { store, lock } = await lockedStore(text);
    for (const attempt of [() => store.lock("prune"), () => store.breakLock(false)])
      await expect(attempt()).rejects.toMatchObject({
        code: "locked",
        hint: expect.stringContaining("--force") as string,
      });
    expect(readFileSync(lock, "utf8")).toBe(text);
    expect(await store.breakLock(true)).toMatchObject({ text, life: "unknown" });
    expect(existsSync(lock)).toBe(false);
  });

  it("of a dead process goes without force, and where there is none there is nothing to do", async () => {
    const { path, store } = await lockedStore(dead);
    expect(await store.breakLock(false)).toMatchObject({ life: "dead", holder: { purpose: "prune" } });
    expect(await store.breakLock(false)).toBeUndefined();
    expect(namesIn(path)).toEqual([".ocbak-store.json"]);
  });

  it("is left to others where somebody took it away by hand", async () => {
    const { store, lock } = await lockedStore();
    {
      await using _held = await store.lock("prune");
      writeFileSync(lock, "another's");
    }
    expect(readFileSync(lock, "utf8")).toBe("another's");
  });
});
