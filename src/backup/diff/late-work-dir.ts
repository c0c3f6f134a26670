import { WorkDir } from "../../disk/work-dir.ts";
import { workParent } from "../archive-name.ts";
import type { Context } from "../context.ts";

/** A private directory that is made only where it is needed: most comparisons need none. */
export class LateWorkDir implements Disposable {
  readonly #context: Context;
  #made: WorkDir | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  get path(): string {
    this.#made ??= WorkDir.make(workParent(this.#context), this.#context.pid);
    return this.#made.path;
  }

  [Symbol.dispose](): void {
    this.#made?.[Symbol.dispose]();
  }
}
