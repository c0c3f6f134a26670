import type { Context } from "../backup/context.ts";

/** A stream to write to. Real ones are Node's; tests collect. */
export type CliOutput = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** Where a person types. `setRawMode` exists on terminals only. */
export type CliInput = NodeJS.ReadableStream & {
  readonly isTTY?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
};

/** The whole world as a command sees it: nothing below `run` touches `process`. Its signal is aborted with an `Interrupted`. */
export interface CliContext extends Omit<Context, "progress" | "notice"> {
  readonly stdin: CliInput;
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  /** Absolute paths of the node and the script that run now: `sudo` resets PATH, so hints name them. */
  readonly program: { readonly node: string; readonly script: string };
}
