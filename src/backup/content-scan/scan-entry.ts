import { hash } from "node:crypto";
import { unreadableReason } from "../../disk/magic.ts";
import type { ReadOutcome } from "../../disk/outcome.ts";
import { PathGuard } from "../../disk/path-guard.ts";
import type { PlannedEntry } from "../../disk/planned.ts";
import { readLink, readSmall } from "../../disk/read.ts";
import type { ContentVerdict } from "../../disk/scan.ts";
import { limits } from "../../format/limits.ts";
import { type Encoding, encodingOrReason } from "./content-kind.ts";
import { SearchedText } from "./searched-text.ts";
import { SecretSearch } from "./secret-search.ts";
import type { Wanted } from "./value-forms.ts";

/** A line feed and a name, behind a file or the target of a link. */
const nameBytesMax = 1 + limits.pathBytes;

/**
 * Looks into planned entries for secrets: by what a secret looks like, and for those that are known. Their names are
 * searched with them, as are the targets of symbolic links: these stand in the archive, too.
 */
export class EntryScanner {
  readonly #search: SecretSearch;
  readonly #bytesMax: number;
  readonly #scratch: Buffer;

  /** `bytesMax`: larger files are not scanned. */
  constructor(values: readonly Wanted[], bytesMax: number) {
    this.#search = new SecretSearch(values);
    this.#bytesMax = bytesMax;
    this.#scratch = Buffer.allocUnsafeSlow(Math.max(bytesMax, limits.targetBytes) + nameBytesMax);
  }

  /** A verdict each, in order. Never rejects: where a rule fails on an entry, that one is not scanned. */
  async scan(batch: readonly PlannedEntry[]): Promise<ContentVerdict[]> {
    using guard = new PathGuard();
    const verdicts: ContentVerdict[] = [];
    for (const entry of batch) {
      // Waited for only where there is something to wait for: for one file in very many.
      const verdict = this.#scan(entry, guard);
      verdicts.push(verdict instanceof Promise ? await verdict : verdict);
    }
    return verdicts;
  }

  #scan(entry: PlannedEntry, guard: PathGuard): ContentVerdict | Promise<ContentVerdict> {
    try {
      return entry.type === "symlink" ? this.#scanLink(entry, guard) : this.#scanFile(entry, guard);
    } catch {
      return { sealedBy: "not-scanned" };
    }
  }

  #scanFile(entry: PlannedEntry, guard: PathGuard): ContentVerdict | Promise<ContentVerdict> {
    const into = this.#scratch.subarray(0, this.#bytesMax);
    const { status, reason, moved, bytes } = readSmall(entry, into, guard);
    if (status !== "ok" || moved === true || reason !== undefined) return notScanned(entry, status);
    const content = into.subarray(0, bytes);
    const scannedSha256 = hash("sha256", content, "hex");
    const kind = encodingOrReason(content);
    if ("reason" in kind) return { scannedSha256, sealedBy: kind.reason };
    return this.#judge(this.#textOf(entry, bytes, kind.encoding), { scannedSha256 });
  }

  /** One that cannot be read is sealed: nobody knows what it will say when it is captured. */
  #scanLink(entry: PlannedEntry, guard: PathGuard): ContentVerdict | Promise<ContentVerdict> {
    const { target, moved } = readLink(entry, guard);
    if (target === undefined || moved === true) return { sealedBy: "not-scanned" };
    const bytes = this.#scratch.write(target, "latin1");
    if (bytes < target.length) return { sealedBy: "not-scanned" };
    return this.#judge(this.#textOf(entry, bytes, "latin1"), {});
  }

  /** With the name written behind the content that was read. */
  #textOf({ path }: PlannedEntry, contentBytes: number, encoding: Encoding): SearchedText {
    const named = `\n${path}`;
    const end = contentBytes + this.#scratch.write(named, contentBytes, "latin1");
    if (end < contentBytes + named.length) throw new RangeError("a name is longer than names can be");
    return new SearchedText(this.#scratch.subarray(0, end), contentBytes, encoding);
  }

  #judge(text: SearchedText, verdict: ContentVerdict): ContentVerdict | Promise<ContentVerdict> {
    const { found, suspected } = this.#search.search(text);
    if (found !== undefined) return { ...verdict, sealedBy: `secret:${found}` };
    return suspected.size === 0 ? verdict : lint(text.text, suspected, verdict);
  }
}

/** Whether it can be opened at all is part of the plan. */
function notScanned({ source }: PlannedEntry, status: ReadOutcome["status"]): ContentVerdict {
  const unreadable = status === "unreadable" ? unreadableReason(source) : undefined;
  return unreadable === undefined ? { sealedBy: "not-scanned" } : { unreadable };
}

/** secretlint takes longer to load than most files to be scanned: it is loaded when a file looks like one for it. */
async function lint(
  text: string,
  suspected: ReadonlySet<string>,
  verdict: ContentVerdict,
): Promise<ContentVerdict> {
  try {
    const { findByLint } = await import("./lint.ts");
    const found = await findByLint(text, suspected);
    return found === undefined ? verdict : { ...verdict, sealedBy: `secret:${found}` };
  } catch {
    return { sealedBy: "not-scanned" };
  }
}
