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

/** The whole world as a command sees it: nothing below `run` touches `process`. */
export interface CliContext {
  readonly stdin: CliInput;
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  readonly osHomeDir: string;
  readonly hostname: string;
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  readonly gid: number;
  /** Aborted with an {@link Interrupted} as reason. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** Absolute paths of the node and the script that run now: `sudo` resets PATH, so hints name them. */
  readonly program: { readonly node: string; readonly script: string };
}
