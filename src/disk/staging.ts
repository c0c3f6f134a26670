import { lstatSync, mkdirSync, readdirSync, realpathSync, rmdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { DiskError } from "./errors.ts";
import { flushTree } from "./flush.ts";
import { diskError, systemCode } from "./io-error.ts";
import type { Pin, Pins } from "./pins.ts";
import type { PlacedTop, Placement } from "./plan.ts";
import { removeContents } from "./remove-tree.ts";
import type { StagedRoot } from "./staged-path.ts";

/** The tree of a top root lies under this name in its staging directory, which itself stays 0700 and ours to the end. */
export const stagedTreeName = "tree";

interface Holder {
  readonly top: PlacedTop;
  readonly pin: Pin;
  readonly dev: number;
  readonly ino: number;
}

/**
 * The staging directories of a restore, one beside each top root's target: new, mode 0700, held open. Nobody but this process's user
 * reaches into them, so their content can be given to its owner before it is promoted.
 */
export class Staging implements Disposable {
  readonly #pins: Pins;
  readonly #holders = new Map<string, Holder>();
  readonly #places = new Map<string, StagedRoot>();

  /** Makes the directories; if one cannot be made, those made before are removed. `uid` is this process's. */
  constructor(placement: Placement, options: { readonly pins: Pins; readonly uid: number }) {
    this.#pins = options.pins;
    try {
      for (const top of placement.tops) this.#holders.set(top.id, makeHolder(top, options));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    for (const root of placement.roots) {
      const floor = this.#holders.get(root.stagedIn)!.pin.base;
      const base = [floor, stagedTreeName, root.below].filter((part) => part !== "").join("/");
      this.#places.set(root.id, { base, floor, target: root.target });
    }
  }

  /** For {@link StagingWriter}: where the entries of a root go, null for a root that is not placed. */
  place(rootId: string): StagedRoot | null {
    return this.#places.get(rootId) ?? null;
  }

  /** Makes everything written so far durable. */
  async flush(): Promise<void> {
    for (const { pin } of this.#holders.values()) await flushTree(pin.base);
  }

  /** Removes the staging directories with what is still in them: only the very directories made here. */
  [Symbol.dispose](): void {
    for (const [id, { top, pin, dev, ino }] of this.#holders) {
      removeContents(Buffer.from(pin.base));
      const path = this.#pins.at(top.stagingDir);
      const there = lstatSync(path, { throwIfNoEntry: false });
      if (there?.dev === dev && there.ino === ino) rmdirSync(path);
      this.#holders.delete(id);
    }
  }
}

function makeHolder(top: PlacedTop, { pins, uid }: { pins: Pins; uid: number }): Holder {
  const path = pins.at(top.stagingDir);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    throw diskError(error, `making ${top.stagingDir}`);
  }
  const pin = pins.pin(top.stagingDir);
  const stat = lstatSync(`${pin.base}/.`);
  const ours = stat.uid === uid && (stat.mode & 0o777) === 0o700 && readdirSync(pin.base).length === 0;
  if (!ours) {
    throw new DiskError("unsafe-ancestor", `${top.stagingDir} was exchanged while it was being made`, {
      hint: `see who else can write to ${dirname(top.stagingDir)}, then try again`,
    });
  }
  return { top, pin, dev: stat.dev, ino: stat.ino };
}

/**
 * A fresh directory for `extract` and `salvage`, mode 0700: entries go to `<directory>/<entry path>`. Throws `target-exists` where
 * something is there already (an empty directory will do).
 */
export function openExtraction(directory: string, pins: Pins): (rootId: string) => StagedRoot {
  const path = resolve(directory);
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (systemCode(error) !== "EEXIST" || !isEmptyDirectory(path)) throw notFresh(error, path);
  }
  const { base } = pins.pin(realpathSync(path));
  return (rootId) => ({ base: `${base}/${rootId}`, floor: base, target: `${path}/${rootId}` });
}

function isEmptyDirectory(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && readdirSync(path).length === 0;
}

function notFresh(error: unknown, path: string): DiskError {
  const code = systemCode(error);
  if (code === "EEXIST") {
    return new DiskError("target-exists", `${path} exists and is not an empty directory`, {
      hint: "name a directory that does not exist yet",
    });
  }
  if (code !== "ENOENT") return diskError(error, `making ${path}`);
  return new DiskError("target-unfit", `${dirname(path)} does not exist`, {
    hint: `mkdir -p ${dirname(path)}`,
  });
}
