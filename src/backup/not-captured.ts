import { AttributeSearch } from "../disk/extended-attributes.ts";
import { isWithin } from "../disk/places.ts";
import type { PlannedEntry } from "../disk/planned.ts";
import { pathText } from "./path-text.ts";
import type { NotCaptured } from "./reports.ts";

const examplesMax = 5;
/** How long to wait for the look at attributes once all else is done. */
const patienceMs = 2000;

/** Looks, while the capture runs, at what no archive keeps: extended attributes and ACLs. Never fails. */
export class NotCapturedSearch implements Disposable {
  readonly #planned: readonly PlannedEntry[];
  readonly #search: AttributeSearch;

  constructor(planned: readonly PlannedEntry[]) {
    this.#planned = planned.filter(({ excluded }) => excluded === undefined);
    const roots = this.#planned.filter(({ path }) => !path.includes("/")).map(({ source }) => source);
    this.#search = new AttributeSearch(
      roots.filter((root) => !roots.some((other) => other !== root && isWithin(other, root))),
    );
  }

  async result(): Promise<NotCaptured> {
    const found = await this.#search.found(patienceMs);
    if (found === null) return { extendedAttributes: null };
    const sources = new Set(found);
    const entries = sources.size === 0 ? [] : this.#planned.filter(({ source }) => sources.has(source));
    const examples = entries.slice(0, examplesMax).map(({ path }) => pathText(path));
    return { extendedAttributes: { entries: entries.length, examples } };
  }

  [Symbol.dispose](): void {
    this.#search[Symbol.dispose]();
  }
}
