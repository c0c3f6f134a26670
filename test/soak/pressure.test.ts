import { createCipheriv } from "node:crypto";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { smallInstallation } from "../support/installation.ts";
import { start } from "../support/program.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

const mebibyte = 1024 * 1024;
const peakMiBMax = 350;

/** Prints the most memory that the program ever held. */
const meter = `import { readFileSync } from "node:fs";
process.on("exit", () => process.stderr.write(/VmHWM:.*/.exec(readFileSync("/proc/self/status", "utf8"))[0] + "\\n"));`;
const env = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(meter)}`,
  UV_THREADPOOL_SIZE: "1",
};

/** 400 MiB that do not compress, in small files, in large ones, and beside a database. */
async function plantedWorld(): Promise<World> {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 9), Buffer.alloc(16));
  mkdirSync(join(world.home, ".openclaw/media"));
  const make = (name: string, bytes: number): void =>
    writeFileSync(join(world.home, ".openclaw/media", name), noise.update(Buffer.alloc(bytes)));
  for (let n = 0; n < 5000; n++) make(`${n}.jpg`, 20_000 + n);
  for (let n = 0; n < 4; n++) make(`large-${n}.bin`, 70 * mebibyte);
  plant(world.home, { ".openclaw/memory.sqlite": { rows: 500_000 } });
  return world;
}

function peakOf(err: string): number {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(err)![1]) / 1024);
}

/** What was planted in files of its own; `state` is private wherever it is restored to. */
function described(home: string): unknown {
  return walkTree(join(home, ".openclaw/media"), { isPrivate: () => true });
}

describe("with a single thread of libuv", () => {
  it("a backup into a pipe that is slow to be read, its proof and its restore stay within 350 MiB each", async () => {
    const world = await plantedWorld();
    const archive = join(world.archives, "slow.ocbak");
    const { child, ended } = start(world, ["create", "--quiet", "-o", "-"], { env, stdout: "mine" });
    const slow = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        setTimeout(done, chunk.length / 30_000, null, chunk);
      },
    });
    const startedAt = performance.now();
    await pipeline(child.stdout!, slow, createWriteStream(archive));
    const created = await ended;
    expect([created.status, created.err]).toEqual([0, expect.stringMatching(/VmHWM/)]);
    const peaks: Record<string, number> = { create: peakOf(created.err) };
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    for (const argv of [
      ["verify", "--quiet", archive],
      ["restore", "--quiet", "--home", world.newHome, archive],
    ]) {
      const { status, err } = await start(world, argv, { env }).ended;
      expect([argv[0], status]).toEqual([argv[0], 0]);
      peaks[argv[0]!] = peakOf(err);
    }
    console.log(`${seconds} s into the slow pipe; peaks in MiB: ${JSON.stringify(peaks)}`);
    for (const [what, peak] of Object.entries(peaks)) expect([what, peak < peakMiBMax]).toEqual([what, true]);
    expect(described(world.newHome)).toEqual(described(world.home));
  });
});
