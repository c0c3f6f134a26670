import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { release } from "../../src/format/bytes.ts";
import { encodeLines } from "../../src/format/encoded-lines.ts";
import { ArchiveId } from "../../src/format/schema.ts";
import { SectionWriter } from "../../src/format/section-writer.ts";
import { SharedSlots } from "../../src/format/shared-slots.ts";
import { bytesPath } from "../support/archives.ts";

const sectionTies = { archiveId: ArchiveId.parse("0".repeat(30)), manifestSha256: "0".repeat(64) };

describe("shared slots", () => {
  it("hold copies until they are released, each as long as it is", () => {
    const slots = new SharedSlots(2, 8);
    const [a, b] = [slots.place(Buffer.from("first")), slots.place(Buffer.from("secondly"))];
    expect([String(Buffer.from(a!)), String(Buffer.from(b!))]).toEqual(["first", "secondly"]);
    expect(slots.place(Buffer.from("x"))).toBeUndefined();
    release(a!);
    expect(slots.place(Buffer.from("longer than a slot"))).toBeUndefined();
    expect(String(Buffer.from(slots.place(Buffer.from("third"))!))).toBe("third");
    expect(String(Buffer.from(b!))).toBe("secondly");
    expect(slots.place(Buffer.from("x"))).toBeUndefined();
  });

  it("are freed from another thread", async () => {
    const slots = new SharedSlots(1, 8);
    const placed = slots.place(Buffer.from("here"))!;
    const url = new URL("../../src/format/bytes.ts", import.meta.url).href;
    const worker = new Worker(
      `const { workerData } = require("node:worker_threads");
       import(${JSON.stringify(url)}).then(({ release }) => release(workerData));`,
      { eval: true, workerData: placed },
    );
    await once(worker, "exit");
    expect(slots.place(Buffer.from("again"))).toBeDefined();
  });
});

describe("what is released", () => {
  it("is gone at once, where it lies in memory of its own", () => {
    const large = Buffer.allocUnsafeSlow(1_000_000).subarray(0, 10);
    const own = new Uint8Array(70_000);
    for (const bytes of [large, own]) {
      release(bytes);
      expect(bytes.buffer.byteLength).toBe(0);
      release(bytes);
    }
  });

  it("stays, where others may lie beside it", () => {
    const [small, neighbour] = [Buffer.from("small"), Buffer.from("neighbour")];
    release(small);
    expect(String(small)).toBe("small");
    expect(String(neighbour)).toBe("neighbour");
  });
});

it("a frame of absent entries alone gives its slot back, too", async () => {
  const slots = new SharedSlots(1, 8);
  const bytes = slots.place(Buffer.alloc(0))!;
  const { path, status } = { path: bytesPath("state/gone"), status: "vanished" } as const;
  const lines = encodeLines([{ path, type: "file", status, absent: true }]);
  const header = { ...sectionTies, section: "plain" } as const;
  const writer = new SectionWriter({
    header,
    compressionLevel: 1,
    inventory: () => [{ path, type: "file", size: 0 }],
    frames: () => [{ bytes, contentBytes: 0, lines }],
  });
  for await (const _ of writer.stream(undefined));
  expect(slots.place(Buffer.from("x"))).toBeDefined();
});
