import { hash } from "node:crypto";
import { PathGuard } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import { readLink, readSmall } from "../../disk/read.ts";
import type { ContentVerdict } from "../../disk/scan.ts";
import { textOrReason } from "./content-kind.ts";
import { findSecret } from "./secret-rules.ts";
import { type Wanted, ValueSearch } from "./value-search.ts";

/**
 * Looks into planned entries for secrets: by what a secret looks like, and for those that are known. Their names are
 * searched with them, as are the targets of symbolic links: these stand in the archive, too.
 */
export class EntryScanner {
  readonly #values: ValueSearch;
  readonly #scratch: Buffer;

  /** `bytesMax`: larger files are not scanned. */
  constructor(values: readonly Wanted[], bytesMax: number) {
    this.#values = new ValueSearch(values);
    this.#scratch = Buffer.allocUnsafeSlow(bytesMax);
  }

  /** A verdict each, in order. Never rejects: where a rule fails on an entry, that one is not scanned. */
  async scan(batch: readonly PlannedEntry[]): Promise<ContentVerdict[]> {
    using guard = new PathGuard();
    const verdicts: ContentVerdict[] = [];
    for (const entry of batch) {
      verdicts.push(await this.#scan(entry, guard).catch(() => ({ sealedBy: "not-scanned" })));
    }
    return verdicts;
  }

  async #scan(entry: PlannedEntry, guard: PathGuard): Promise<ContentVerdict> {
    if (entry.type === "symlink") return sealedBy(await this.#inLink(entry, guard));
    const { status, reason, moved, bytes } = readSmall(entry, this.#scratch, guard);
    if (status !== "ok" || moved === true || reason !== undefined) return { sealedBy: "not-scanned" };
    const content = this.#scratch.subarray(0, bytes);
    const scannedSha256 = hash("sha256", content, "hex");
    return { scannedSha256, ...sealedBy(await this.#inFile(entry, content)) };
  }

  async #inFile({ path }: PlannedEntry, content: Buffer): Promise<string | undefined> {
    const read = textOrReason(content);
    if ("reason" in read) return read.reason;
    return this.#secretIn(path, content, read.text);
  }

  /** One that cannot be read is sealed: nobody knows what it will say when it is captured. */
  async #inLink(entry: PlannedEntry, guard: PathGuard): Promise<string | undefined> {
    const { target, moved } = readLink(entry, guard);
    if (target === undefined || moved === true) return "not-scanned";
    return this.#secretIn(entry.path, Buffer.from(target, "latin1"), target);
  }

  async #secretIn(path: string, content: Buffer, text: string): Promise<string | undefined> {
    const values = this.#values;
    const found =
      values.find(content) ??
      values.find(Buffer.from(path, "latin1")) ??
      (await findSecret(`${text}\n${path}`));
    return found === undefined ? undefined : `secret:${found}`;
  }
}

function sealedBy(reason: string | undefined): ContentVerdict {
  return reason === undefined ? {} : { sealedBy: reason };
}
