import type { StagedRoot } from "../../disk/staged-path.ts";
import type { StagingOptions } from "../../disk/staging-writer.ts";
import type { ProvedSection } from "../../format/index-check.ts";
import type { SectionLayout } from "../../format/section-layout.ts";
import type { SectionName } from "../../format/entry.ts";
import type { SectionPart } from "../../format/section-parts.ts";
import type { SegmentRange } from "../../format/stored-stream.ts";

/** What whoever reads parts of an archive is told once. Plain data: it is posted to threads. */
export interface ReadingSetting {
  readonly layouts: Readonly<Record<SectionName, SectionLayout>>;
  /** Undefined where only the segments of the sealed section are read. */
  readonly fileKey: Uint8Array | undefined;
  /** Where the files that are read are made. Default: nowhere. */
  readonly files?: FilePlaces | undefined;
}

/** How the files of a restore are made. */
export interface FilePlaces extends Pick<StagingOptions, "ownership" | "privateRoots"> {
  readonly places: ReadonlyMap<string, StagedRoot>;
}

/** A piece of work whose bytes no other has. */
export type ReadJob =
  | { readonly section: SectionName; readonly inventory: ProvedSection["inventory"] }
  | { readonly section: SectionName; readonly part: SectionPart }
  /** Without the key. */
  | { readonly section: SectionName; readonly segments: SegmentRange };
