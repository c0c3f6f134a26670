import { createHash } from "node:crypto";
import type { ByteSource } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { type ProofOptions, type ProvedSection, proveIndexes } from "./index-check.ts";
import { type Layout, readLayout } from "./layout.ts";
import type { ManifestRoot } from "./manifest.ts";
import { type Keys, openHeader, proveHeader } from "./seal/header.ts";
import { SectionReader, type SectionTies } from "./section-reader.ts";
import type { SealedHeader } from "./section.ts";
import { StoredStream, type StoredStreamOptions } from "./stored-stream.ts";
import { UnsealedStream } from "./unsealed-stream.ts";

/**
 * An archive whose structure is proved (verdict `complete`): nothing is missing, the signature if any holds; content
 * was not read. Only an {@link OpenArchive} has entries.
 */
export class Archive {
  readonly layout: Layout;
  readonly #source: ByteSource;

  private constructor(source: ByteSource, layout: Layout) {
    this.#source = source;
    this.layout = layout;
  }

  static async open(source: ByteSource): Promise<Archive> {
    return new Archive(source, await readLayout(source));
  }

  /** The file key, by whichever identity or passphrase fits. Throws `no-key`. */
  async fileKey(keys: Keys): Promise<Buffer> {
    return openHeader(this.layout.ageHeader, keys);
  }

  /** Opens the indexes: of both sections with the file key, of the plain one alone without. Throws unless all bindings hold. */
  async openEntries(
    fileKey: Uint8Array | undefined,
    { onLine, ...options }: StoredStreamOptions & Pick<ProofOptions, "onLine">,
  ): Promise<OpenArchive> {
    const { manifest } = this.layout;
    const plain = await this.openPlain(options);
    const sealed = fileKey && (await this.openSealed(fileKey, options));
    const sealedRoots = sealed === undefined ? [] : (sealed.header as SealedHeader).roots;
    const roots = [...manifest.roots, ...sealedRoots];
    const ids: ProofOptions["roots"] = { plain: idsOf(manifest.roots), sealed: idsOf(roots) };
    if (ids.sealed.size !== roots.length)
      throw new FormatError("duplicate-path", "the archive declares a root twice");
    const [provedPlain, provedSealed] = await proveIndexes(plain, sealed, { roots: ids, onLine });
    return {
      fileKey,
      plain: provedPlain!,
      sealed: provedSealed,
      roots,
      metadata: (sealed?.header as SealedHeader | undefined)?.metadata,
    };
  }

  /** The plain section with its bindings; its index is not read. */
  async openPlain(options: StoredStreamOptions): Promise<SectionReader> {
    // The seal binds the names of the plain segments: only with their digests proved does it bind what they hold.
    const stored = new StoredStream(this.#source, this.layout.plain, { ...options, prove: true });
    return SectionReader.open("plain", stored, this.#ties());
  }

  /** The same of the sealed section. */
  async openSealed(fileKey: Uint8Array, options: StoredStreamOptions): Promise<SectionReader> {
    proveHeader(this.layout.ageHeader, fileKey);
    const stored = new StoredStream(this.#source, this.layout.sealed, options);
    return SectionReader.open("sealed", await UnsealedStream.open(stored, fileKey), this.#ties());
  }

  #ties(): SectionTies {
    const { manifest, checksums } = this.layout;
    return {
      archiveId: manifest.archiveId,
      manifestSha256: checksums.manifestSha256,
      plainSegmentsSha256: checksums.plain.segmentsSha256,
    };
  }

  /** Holds the members of optional extensions to their digest in checksums.json. */
  async proveExtensions(): Promise<void> {
    const { offset, bytes } = this.layout.extensions;
    const digest = createHash("sha256");
    const step = 1024 * 1024;
    for (let at = 0; at < bytes; at += step)
      digest.update(await this.#source.read(offset + at, Math.min(step, bytes - at)));
    if (digest.digest("hex") !== this.layout.checksums.extensions.sha256) {
      throw new FormatError("digest-mismatch", "the extension members are damaged", {
        place: { offset, length: bytes },
      });
    }
  }
}

function idsOf(roots: readonly ManifestRoot[]): Set<string> {
  return new Set(roots.map((root) => root.id));
}

/** The sections that are open, in the order in which they stand. */
export function openSections({ plain, sealed }: Pick<OpenArchive, "plain" | "sealed">): ProvedSection[] {
  return sealed === undefined ? [plain] : [plain, sealed];
}

export interface OpenArchive {
  readonly fileKey: Uint8Array | undefined;
  readonly plain: ProvedSection;
  /** Undefined without a key. */
  readonly sealed: ProvedSection | undefined;
  /** Those of manifest.json and, with the key, those of the sealed section. */
  readonly roots: readonly ManifestRoot[];
  readonly metadata: SealedHeader["metadata"] | undefined;
}
