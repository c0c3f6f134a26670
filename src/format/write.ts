import { hash, randomBytes } from "node:crypto";
import { type ByteStream, release } from "./bytes.ts";
import { encodeChecksums, encodeEnd } from "./checksums.ts";
import { paddingAfter } from "./inner-tar.ts";
import { limits } from "./limits.ts";
import { type Manifest, type ManifestRoot, encodeManifest } from "./manifest.ts";
import { encodeMemberHeader, memberBytes, memberNames, outerTailBytes } from "./member.ts";
import { type EncodedFrame, SectionWriter } from "./section-writer.ts";
import type { LineTotals } from "./encoded-lines.ts";
import type { InventoryLine, SectionName } from "./entry.ts";
import { type Sealing, sealHeader } from "./seal/header.ts";
import { PayloadSealer, nonceBytes } from "./seal/payload.ts";
import type { SealedHeader } from "./section.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { type SigningKey, signDetached } from "./sshsig.ts";
import { blockBytes } from "./ustar.ts";

/** The entries of one section, as the writer asks for them. */
export interface SectionEntries {
  readonly inventory: () => Iterable<InventoryLine>;
  /** Called once, before `inventory`; of the sealed section when the entries of the plain one are at their end. */
  readonly frames: () => AsyncIterable<EncodedFrame> | Iterable<EncodedFrame>;
}

export interface ArchiveInput {
  readonly manifest: Manifest;
  readonly plain: SectionEntries;
  readonly sealed: SectionEntries & {
    readonly roots: readonly ManifestRoot[];
    readonly metadata: SealedHeader["metadata"];
  };
  readonly sealing: Sealing;
  /** Must be the key whose public half `manifest.signer` names. */
  readonly signingKey?: SigningKey | undefined;
  readonly compressionLevel: number;
}

export interface WrittenArchive {
  readonly sizeBytes: number;
  readonly fileKey: Buffer;
  readonly sections: { readonly plain: WrittenSection; readonly sealed: WrittenSection };
}

export interface WrittenSection extends LineTotals {
  readonly storedBytes: number;
}

/**
 * Writes an archive in one pass, front to back. Use `bytes()` once, to its end; then `written` tells what came out.
 * A buffer that `bytes()` yields is overwritten when the next is asked for. A consumer that stops early has nothing
 * that a reader would take for an archive.
 */
export class ArchiveWriter {
  readonly #input: ArchiveInput;
  #offset = 0;
  #written: WrittenArchive | undefined;

  constructor(input: ArchiveInput) {
    this.#input = input;
  }

  get written(): WrittenArchive {
    if (this.#written === undefined) throw new Error("the archive is not written to its end yet");
    return this.#written;
  }

  async *bytes(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#members()) {
      this.#offset += chunk.length;
      yield chunk;
    }
  }

  async *#members(): AsyncGenerator<Buffer> {
    const { manifest, sealing, sealed } = this.#input;
    const manifestBytes = encodeManifest(manifest);
    const ties = { archiveId: manifest.archiveId, manifestSha256: hash("sha256", manifestBytes, "hex") };
    yield* this.#member(memberNames.manifest, manifestBytes);

    const plain = this.#writer(this.#input.plain, { ...ties, section: "plain" });
    const { roots, metadata } = sealed;
    const inner = this.#writer(sealed, {
      ...ties,
      section: "sealed",
      roots: [...roots],
      metadata: { ...metadata },
    });
    const plainSegments = this.#segments("plain");
    yield* plainSegments.members(plain.stream(undefined, () => inner.begin()));
    const plainChecksums = plainSegments.checksums;

    const { header, fileKey } = await sealHeader(sealing);
    yield* this.#headerRegion(header);
    const innerSegments = this.#segments("sealed");
    yield* innerSegments.members(sealStream(inner.stream(plainChecksums.segmentsSha256), fileKey));
    const innerChecksums = innerSegments.checksums;

    const checksums = encodeChecksums({
      ...ties,
      extensions: { bytes: 0, sha256: hash("sha256", "", "hex") },
      plain: plainChecksums,
      sealed: innerChecksums,
    });
    yield* this.#tail(checksums, header);
    this.#written = {
      sizeBytes: this.#offset,
      fileKey,
      sections: {
        plain: { ...plain.totals, storedBytes: plainChecksums.storedBytes },
        sealed: { ...inner.totals, storedBytes: innerChecksums.storedBytes },
      },
    };
  }

  #writer(
    { inventory, frames }: SectionEntries,
    header: ConstructorParameters<typeof SectionWriter>[0]["header"],
  ): SectionWriter {
    return new SectionWriter({
      header,
      compressionLevel: this.#input.compressionLevel,
      inventory,
      frames,
    });
  }

  #segments(section: SectionName): SegmentWriter {
    const { archiveId, segmentBytes } = this.#input.manifest;
    return new SegmentWriter(section, archiveId, segmentBytes);
  }

  *#member(name: string, content: Buffer): Generator<Buffer> {
    yield encodeMemberHeader({ name, archiveId: this.#input.manifest.archiveId, sizeBytes: content.length });
    yield content;
    if (paddingAfter(content.length) > 0) yield Buffer.alloc(paddingAfter(content.length));
  }

  /** The age header alone, then zeros, so that a later writer can change recipients in place. */
  *#headerRegion(header: Buffer): Generator<Buffer> {
    yield* this.#member(memberNames.header, header);
    yield* this.#member(memberNames.pad, Buffer.alloc(padBytes(header.length)));
  }

  *#tail(checksums: Buffer, header: Buffer): Generator<Buffer> {
    const { manifest, signingKey } = this.#input;
    const offset = this.#offset;
    yield* this.#member(memberNames.checksums, checksums);
    const signature = signingKey === undefined ? undefined : Buffer.from(signDetached(signingKey, checksums));
    if (signature !== undefined) yield* this.#member(memberNames.signature, signature);
    const end = {
      archiveId: manifest.archiveId,
      archiveBytes: this.#offset + memberBytes(limits.endBytes) + outerTailBytes,
      checksums: { bytes: checksums.length, offset, sha256: hash("sha256", checksums, "hex") },
      header: { bytes: header.length, sha256: hash("sha256", header, "hex") },
    };
    yield* this.#member(memberNames.end, encodeEnd(end));
    yield Buffer.alloc(outerTailBytes);
  }
}

/** Content bytes of `pad`, which fills the header's region up to the first sealed segment's member. */
function padBytes(headerBytes: number): number {
  const rest = limits.headerRegionBytes - memberBytes(headerBytes) - blockBytes;
  if (rest < 0) throw new RangeError("the age header is larger than its region: too many recipients");
  return rest;
}

async function* sealStream(stream: ByteStream, fileKey: Uint8Array): AsyncGenerator<Buffer> {
  const nonce = randomBytes(nonceBytes);
  const sealer = new PayloadSealer(fileKey, nonce);
  for await (const chunk of stream) {
    for (const sealed of sealer.update(chunk)) {
      yield sealed;
      release(sealed);
    }
  }
  yield* sealer.final();
}
