import type { ByteSource } from "../../format/bytes.ts";
import type { SectionName } from "../../format/entry.ts";
import { SectionTail } from "../../format/section-reader.ts";
import { StoredStream, proveSegments } from "../../format/stored-stream.ts";
import { UnsealedStream } from "../../format/unsealed-stream.ts";
import type { EntryVisitor } from "../../format/visitor.ts";
import { PartWalker } from "../../format/walk-part.ts";
import type { ReadJob, ReadingSetting } from "./jobs.ts";

interface OpenSection {
  readonly stored: StoredStream;
  readonly walker: PartWalker;
}

/** Does read jobs, in whatever thread, one at a time. Structure and indexes were proved before. */
export class PartReader {
  readonly #source: ByteSource;
  readonly #setting: ReadingSetting;
  readonly #visitor: EntryVisitor;
  readonly #onBytes: (bytes: number) => void;
  readonly #open = new Map<SectionName, OpenSection>();

  /** `onBytes` is told of decoded bytes, or of stored ones where there is no key. */
  constructor(
    source: ByteSource,
    setting: ReadingSetting,
    { visitor, onBytes }: { readonly visitor: EntryVisitor; readonly onBytes: (bytes: number) => void },
  ) {
    this.#source = source;
    this.#setting = setting;
    this.#visitor = visitor;
    this.#onBytes = onBytes;
  }

  async read(job: ReadJob): Promise<void> {
    const onBytes = this.#onBytes;
    if ("segments" in job) {
      const layout = this.#setting.layouts[job.section];
      return proveSegments(this.#source, layout, { range: job.segments, onProved: onBytes });
    }
    const { stored, walker } = await this.#section(job.section);
    if ("inventory" in job) return walker.walkInventory(job.inventory, { onBytes });
    stored.proveOnly(job.part.segments);
    await walker.walk(job.part, this.#visitor, { onBytes });
    await stored.proveRest();
  }

  async #section(name: SectionName): Promise<OpenSection> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const stored = new StoredStream(this.#source, this.#setting.layouts[name], { prove: false });
    const { fileKey } = this.#setting;
    const stream =
      name === "sealed" && fileKey !== undefined ? await UnsealedStream.open(stored, fileKey) : stored;
    const section = { stored, walker: new PartWalker(await SectionTail.openTail(name, stream)) };
    this.#open.set(name, section);
    return section;
  }
}
