import { spawn } from "node:child_process";

/** How a program of the system ended. `status` is null where a signal ended it, 127 where there is none of that name. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** For its standard input. */
  readonly input?: string;
  /** Over the runner's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program found on PATH and waits for it. */
export type Runner = (program: string, words: readonly string[], options?: RunOptions) => Promise<Ran>;

export function runnerIn(env: Readonly<Record<string, string | undefined>>, signal?: AbortSignal): Runner {
  return (program, words, options = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<Ran>();
    // Messages are read for what they say, and times for when: neither may be in the user's words.
    const own = { ...env, LC_ALL: "C", ...options.env };
    const child = spawn(program, words, { env: own, ...(signal && { signal }) });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT")
        resolve({ status: 127, stdout: "", stderr: `there is no ${program} on PATH` });
      else reject(signal?.aborted === true ? (signal.reason as Error) : error);
    });
    child.once("close", (status: number | null) => resolve({ status, ...said }));
    // A program that does not read its input is told by its status.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    return promise;
  };
}

/** What a program said went wrong, in one line. */
export function complaintOf({ status, stdout, stderr }: Ran): string {
  const said = (stderr.trim() || stdout.trim()).replaceAll(/\s*\n\s*/g, " / ");
  return said === "" ? `it ended with status ${status}` : said;
}
