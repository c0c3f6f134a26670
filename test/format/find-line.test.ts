import { beforeAll, expect, it } from "vitest";
import { Archive } from "../../src/format/archive.ts";
import { parseEntryPath } from "../../src/format/entry-path.ts";
import { findLine } from "../../src/format/find-line.ts";
import { indexBatches } from "../../src/format/index-reader.ts";
import { memorySource } from "../support/archives.ts";
import { sharedKey } from "../support/bends.ts";
import { type TestKey, draftEntry, hostile } from "../support/hostile.ts";

const odd = ['a"path":"b', 'a\\"', "é\n", "caf\u00e9".normalize("NFD"), "b", "\u{1f600}"];

let key: TestKey;
beforeAll(async () => {
  key = await sharedKey();
});

async function sealedOf(bytes: Buffer) {
  const archive = await Archive.open(memorySource(bytes));
  return archive.openSealed(key.fileKey, { prove: false });
}

it("finds the line of each path, and of none that is not there", async () => {
  const bytes = hostile(key, {
    sealed: (draft) => {
      draft.section["roots"] = [{ id: "a", sourcePath: "/a" }];
      draft.entries.unshift(
        draftEntry("a", { directory: true }),
        ...odd.map((name) => draftEntry(`a/${name}`, name)),
      );
    },
  });
  const section = await sealedOf(bytes);
  const paths = [];
  for await (const batch of indexBatches(section))
    for (const line of batch) {
      paths.push(line.path);
      expect(await findLine(section, line.path)).toEqual(line);
    }
  expect(paths.length).toBeGreaterThan(odd.length);
  for (const path of ["a/a", "a/b/c", "state/b", "b"])
    expect(await findLine(section, parseEntryPath(Buffer.from(path)))).toBeUndefined();
});

it("finds none that stands there twice", async () => {
  const bytes = hostile(key, {
    sealed: (draft) => {
      draft.section["roots"] = [{ id: "a", sourcePath: "/a" }];
      draft.entries.unshift(draftEntry("a", "one"), draftEntry("a", "two"));
    },
  });
  expect(await findLine(await sealedOf(bytes), parseEntryPath(Buffer.from("a")))).toBeUndefined();
});

it("believes no index but the one that close.json names", async () => {
  const sha256 = "0".repeat(64);
  const bytes = hostile(key, {
    sealed: (draft) => {
      draft.close = (close) => (close["index"] = { ...(close["index"] as object), sha256 });
    },
  });
  await expect(findLine(await sealedOf(bytes), parseEntryPath(Buffer.from("state")))).rejects.toMatchObject({
    code: "digest-mismatch",
  });
});
