import { createCipheriv } from "node:crypto";
import { closeSync, ftruncateSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { smallInstallation } from "../support/installation.ts";
import { start } from "../support/program.ts";
import { plant } from "../support/tree.ts";
import { walkTree } from "../support/walk.ts";
import { makeWorld, type World } from "../support/world.ts";

const mebibyte = 1024 * 1024;
const peakMiBMax = 400;

/** Prints the most memory that the program ever held. `ru_maxrss` would count that of its parent at the time of the fork. */
const meter = `import { readFileSync } from "node:fs";
process.on("exit", () => process.stderr.write(/VmHWM:.*/.exec(readFileSync("/proc/self/status", "utf8"))[0] + "\\n"));`;

interface Measured {
  readonly peakMiB: number;
  readonly seconds: number;
}

async function measure(world: World, ...argv: string[]): Promise<Measured> {
  const startedAt = performance.now();
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(meter)}` };
  const { status, err } = await start(world, argv, { env }).ended;
  expect([argv[0], status, err]).toEqual([argv[0], 0, expect.any(String)]);
  const peakMiB = Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(err)![1]) / 1024);
  const measured = { peakMiB, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
  console.log(`${argv[0]}: peak ${measured.peakMiB} MiB, ${measured.seconds} s`);
  return measured;
}

/** Create, verify and restore, each in a process of its own. */
async function measureAll(world: World): Promise<void> {
  const archive = join(world.archives, "a.ocbak");
  const runs = [
    await measure(world, "create", "--quiet", "-o", archive),
    await measure(world, "verify", "--quiet", archive),
    await measure(world, "restore", "--quiet", "--home", world.newHome, archive),
  ];
  for (const { peakMiB } of runs) expect(peakMiB).toBeLessThan(peakMiBMax);
}

/** The same on every run: half of it noise, half text that compresses. */
class Bytes {
  readonly #noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));

  next(length: number, at: number): Buffer {
    if (at % 2 === 0) return this.#noise.update(Buffer.alloc(length));
    return Buffer.from(
      `{"turn":${at},"text":"what was said then"}\n`.repeat(Math.ceil(length / 40)),
    ).subarray(0, length);
  }
}

/** 20,000 files of up to 28 KiB, 200 of 2 MiB, one of 320 MiB, and a database of 50 MB. */
function plantGibibyte(home: string): void {
  plant(home, smallInstallation);
  const bytes = new Bytes();
  for (let n = 0; n < 20_000; n += 1) {
    const directory = join(
      home,
      n % 4 === 0 ? ".openclaw/workspace/notes" : ".openclaw/agents/main/sessions",
      `${n % 100}`,
    );
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${n}.jsonl`), bytes.next((n * 7919) % (28 * 1024), n));
  }
  mkdirSync(join(home, ".openclaw/media"));
  for (let n = 0; n < 200; n += 1)
    writeFileSync(join(home, `.openclaw/media/${n}.bin`), bytes.next(2 * mebibyte, n));
  const fd = openSync(join(home, ".openclaw/media/one.bin"), "w");
  for (let n = 0; n < 320; n += 1) writeSync(fd, bytes.next(mebibyte, n));
  closeSync(fd);
  plant(home, { ".openclaw/memory.sqlite": { rows: 2_000_000 } });
}

it("a gibibyte of mixed files is created, verified and restored within 400 MiB each", async () => {
  const world = await makeWorld();
  plantGibibyte(world.home);
  await measureAll(world);
  const skip = /\.openclaw\/logs|sqlite/;
  const described = (home: string) => walkTree(join(home, ".openclaw/workspace"), { skip });
  expect(described(world.newHome)).toEqual(described(world.home));
});

it("a sparse file of 5 GiB does not change that, and is sparse again", async () => {
  const world = await makeWorld();
  plant(world.home, smallInstallation);
  const fd = openSync(join(world.home, ".openclaw/sparse"), "w");
  writeSync(fd, "middle", 3 * 1024 * mebibyte);
  ftruncateSync(fd, 5 * 1024 * mebibyte);
  closeSync(fd);
  await measureAll(world);
  const [before, after] = [world.home, world.newHome].map((home) => blocksOf(join(home, ".openclaw/sparse")));
  expect(after).toEqual(before);
});

function blocksOf(path: string): { size: number; holdsLittle: boolean } {
  const { size, blocks } = statSync(path);
  return { size, holdsLittle: blocks * 512 < mebibyte };
}
