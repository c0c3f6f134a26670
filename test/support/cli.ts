import { existsSync } from "node:fs";
import { PassThrough, Writable } from "node:stream";
import type { CliContext, CliOutput } from "../../src/cli/context.ts";

/** What a command wrote. */
class Collector extends Writable {
  readonly chunks: Buffer[] = [];
  isTTY: boolean | undefined;
  columns = 100;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // What is written belongs to the writer again once it is done.
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}

export interface TestCli {
  readonly io: CliContext;
  readonly out: () => string;
  readonly err: () => string;
  readonly bytes: () => Buffer;
  /** Whether each setting of raw mode was on or off, in order. */
  readonly rawModes: readonly boolean[];
}

export interface TestCliOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What a person types on the terminal; without it stdin is no terminal. */
  readonly typed?: string;
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
  readonly signal?: AbortSignal;
  readonly uid?: number;
  readonly gid?: number;
}

/** A context for `run`, its streams collected. Never the real environment. */
export function testCli(options: TestCliOptions): TestCli {
  const stdout = new Collector();
  const stderr = new Collector();
  stdout.isTTY = options.stdoutIsTerminal;
  stderr.isTTY = options.stderrIsTerminal;
  const rawModes: boolean[] = [];
  const io: CliContext = {
    stdin: stdinOf(options.typed, rawModes),
    stdout: stdout as CliOutput,
    stderr: stderr as CliOutput,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: options.home, ...options.env },
    cwd: options.home,
    now: () => new Date("2026-03-04T05:06:07.890Z"),
    osHomeDir: options.home,
    hostname: "testhost",
    platform: "linux",
    uid: options.uid ?? process.geteuid!(),
    gid: options.gid ?? process.getegid!(),
    signal: options.signal ?? new AbortController().signal,
    pid: process.pid,
    isRunning: (pid) => existsSync(`/proc/${pid}`),
    toolVersion: "0.0.0-test",
    nodeVersion: process.versions.node,
    program: { node: "/opt/node/bin/node", script: "/opt/ocbak/main.js" },
  };
  return {
    io,
    out: () => stdout.text,
    err: () => stderr.text,
    bytes: () => Buffer.concat(stdout.chunks),
    rawModes,
  };
}

function stdinOf(typed: string | undefined, rawModes: boolean[]): CliContext["stdin"] {
  const stdin = new PassThrough();
  if (typed === undefined) return Object.assign(stdin, { isTTY: false });
  stdin.write(typed);
  return Object.assign(stdin, { isTTY: true, setRawMode: (raw: boolean) => rawModes.push(raw) });
}
