import { expect, it } from "vitest";
import { ArchiveId } from "../../src/format/schema.ts";
import { type SealedHeader, encodeSectionHeader } from "../../src/format/section.ts";

const bare: SealedHeader = {
  archiveId: ArchiveId.parse("5a".repeat(15)),
  manifestSha256: "ab".repeat(32),
  section: "sealed",
  metadata: { note: "" },
  roots: [],
};

it("does not write a section.json that no reader takes", () => {
  const most = 4 * 1024 * 1024 - 512;
  const note = "x".repeat(most - encodeSectionHeader(bare).length);
  expect(encodeSectionHeader({ ...bare, metadata: { note } })).toHaveLength(most);
  expect(() => encodeSectionHeader({ ...bare, metadata: { note: `${note}x` } })).toThrow(RangeError);
});
