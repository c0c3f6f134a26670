import { StagingWriter } from "../../disk/staging-writer.ts";
import type { EntryVisitor } from "../../format/visitor.ts";
import type { ReadingSetting } from "./jobs.ts";
import { silentVisitor } from "./silent-visitor.ts";

/** What a thread does with the entries that it reads: makes files in the staging directories, if there are any. */
export function visitorOf({ files }: ReadingSetting): EntryVisitor {
  if (files === undefined) return silentVisitor;
  const { places, ...options } = files;
  return new StagingWriter({
    ...options,
    place: (root) => places.get(root) ?? null,
    // Links are none of its business.
    trees: [],
    outsideLinks: "skip",
    makes: "files",
  });
}
