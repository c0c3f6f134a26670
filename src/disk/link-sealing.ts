import { readlinkSync } from "node:fs";
import { makePlain, type Found } from "./draft.ts";

type Standing = "plain" | "link-leaves-root" | "link-target-sealed" | { readonly waitsFor: string };

/**
 * A symlink is plain only if its target is relative and, taken literally, names nothing but plain entries of its own
 * root, directories on the way: then its text says nothing of what is sealed. Links to links wait for one another;
 * those in a ring, and all that never find their target plain, are sealed.
 */
export class LinkSealing {
  readonly #byPath: ReadonlyMap<string, Found>;
  readonly #waiting = new Map<string, Found[]>();
  readonly #ready: Found[] = [];

  constructor(found: readonly Found[]) {
    const mayBePlain = found.filter(({ entry }) => entry.sealedBy === undefined);
    this.#byPath = new Map(mayBePlain.map((one) => [one.entry.path, one]));
  }

  settle(links: readonly Found[]): void {
    for (const link of links) this.#ready.push(link);
    for (let link = this.#ready.pop(); link !== undefined; link = this.#ready.pop()) {
      const standing = this.#standing(link);
      if (standing === "plain") makePlain(link, (path) => this.#wake(path));
      else if (typeof standing === "string") link.entry.sealedBy = standing;
      else this.#wait(standing.waitsFor, link);
    }
    for (const { entry } of links) {
      if (entry.section === "sealed") entry.sealedBy ??= "link-target-sealed";
    }
  }

  #wake(path: string): void {
    for (const link of this.#waiting.get(path) ?? []) this.#ready.push(link);
    this.#waiting.delete(path);
  }

  #wait(path: string, link: Found): void {
    const links = this.#waiting.get(path);
    if (links === undefined) this.#waiting.set(path, [link]);
    else links.push(link);
  }

  #standing(link: Found): Standing {
    const target = targetOf(link);
    if (target === undefined) return "link-target-sealed";
    if (target.startsWith("/")) return "link-leaves-root";
    const components = target.split("/").filter((component) => component !== "" && component !== ".");
    let at = link.parent;
    for (const [index, component] of components.entries()) {
      if (component === "..") at = at?.parent;
      else {
        const next = this.#byPath.get(`${at!.entry.path}/${component}`);
        const fits = index === components.length - 1 || next?.entry.type === "directory";
        if (next === undefined || !fits) return "link-target-sealed";
        if (next.entry.section === "sealed") return { waitsFor: next.entry.path };
        at = next;
      }
      if (at === undefined) return "link-leaves-root";
    }
    return "plain";
  }
}

/** Undefined where the link has gone: it is looked at again when it is captured. */
function targetOf(link: Found): string | undefined {
  try {
    return readlinkSync(Buffer.from(link.entry.source, "latin1"), "latin1");
  } catch {
    return undefined;
  }
}
