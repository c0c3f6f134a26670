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
}

/** A piece of work whose bytes no other has. */
export type ReadJob =
  | { readonly section: SectionName; readonly inventory: ProvedSection["inventory"] }
  | { readonly section: SectionName; readonly part: SectionPart }
  /** Without the key. */
  | { readonly section: SectionName; readonly segments: SegmentRange };
