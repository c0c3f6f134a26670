import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { initDirectoryStore } from "../../../src/store/directory-store.ts";
import { serverThat } from "../../support/ping-server.ts";
import { mountSmallDisk } from "../../support/small-disk.ts";
import { plant } from "../../support/tree.ts";
import { makeWorld, namesIn } from "../../support/world.ts";

/** A home whose records lie on a small disk, and two stores. */
async function cramped(test: TestContext) {
  const disk = mountSmallDisk(test, "400k");
  const fill = (): void => {
    for (const bytes of [300_000, 4096, 4096, 4096, 1, 1])
      for (let more = true, at = 0; more && at < 99; at += 1) {
        try {
          writeFileSync(join(disk, `fill-${bytes}-${at}`), Buffer.alloc(bytes));
        } catch {
          rmSync(join(disk, `fill-${bytes}-${at}`), { force: true });
          more = false;
        }
      }
  };
  const world = await makeWorld();
  plant(world.home, { ".openclaw/openclaw.json": "{}" });
  const context = world.context();
  const processes = { host: context.hostname, pid: context.pid, isRunning: context.isRunning };
  const stores = ["usb", "nas"].map((name) => ({ name, path: join(world.archives, name) }));
  for (const { path } of stores) await initDirectoryStore(path, { now: context.now, processes });
  const kept = (): number[] =>
    stores.map(({ path }) => namesIn(path).filter((name) => name.endsWith(".ocbak")).length);
  const ocbak = (...argv: string[]) => world.ocbak(argv, { env: { XDG_STATE_HOME: disk } });
  const configure = (settings: object): void =>
    writeFileSync(
      join(world.home, ".config/ocbak/config.json"),
      JSON.stringify({ recipients: [world.recipient], stores, ...settings }),
    );
  return { ...world, ocbak, fill, kept, configure };
}

describe("a disk of the records that is full", () => {
  it("amid a run keeps no store from its copy, and the run fails", async (test) => {
    const { ocbak, fill, kept, configure } = await cramped(test);
    // Called when the run stands in the records, and has done nothing yet.
    const { origin, seen } = await serverThat((_request, response, call) => {
      if (call === 1) fill();
      response.end("OK");
    });
    configure({ notify: { start: `${origin}/start`, success: `${origin}/good`, fail: `${origin}/bad` } });
    const { status, err } = await ocbak("run");
    expect([status, kept()]).toEqual([1, [1, 1]]);
    expect(err).toMatch(/error: cannot use the records .* the disk is full\n.*hint: .*some space left/);
    expect(seen.map(({ url }) => url.split("?")[0])).toEqual(["/start", "/bad"]);
    expect((await ocbak("status", "--quiet")).status).toBe(5);
  });

  it("keeps no archive from being made by hand", async (test) => {
    const { ocbak, fill, archives, configure } = await cramped(test);
    configure({});
    const file = (name: string): string => join(archives, name);
    expect((await ocbak("create", "-o", file("a.ocbak"))).status).toBe(0);
    fill();
    const { status, err } = await ocbak("create", "-o", file("b.ocbak"));
    expect([status, err]).toEqual([
      0,
      expect.stringMatching(/warning: .* the disk is full; the archive's place/),
    ]);
    expect(namesIn(archives)).toContain("b.ocbak");
  });
});
