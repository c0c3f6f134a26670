import { type Progress, silentProgress } from "../backup/progress.ts";
import type { Call } from "./command.ts";
import type { CliContext } from "./context.ts";
import { count, duration, size } from "./render/units.ts";

/** A bar, and a way to say something without tearing it. */
export interface Bar {
  readonly progress: Progress;
  readonly say: (line: string) => void;
}

/** A bar on stderr where a person watches; nothing with `--quiet`, `--json`, `--no-progress` or where stderr is no terminal. */
export async function progressFor(call: Call): Promise<Bar> {
  const { io } = call;
  const watched = call.showProgress && io.stderr.isTTY === true && io.env["TERM"] !== "dumb";
  if (!watched) return { progress: silentProgress, say: (line) => void io.stderr.write(line) };
  return terminalBar(io);
}

interface State {
  readonly label: string;
  readonly startedAt: number;
  readonly totalBytes: number | undefined;
  doneBytes: number;
}

async function terminalBar(io: CliContext): Promise<Bar> {
  // cli-progress takes a while to load: only those who see a bar pay for it.
  const { default: cliProgress } = await import("cli-progress");
  let state: State | undefined;
  const line = (): string => (state === undefined ? "" : progressLine(state, io.now().getTime()));
  const bar = new cliProgress.SingleBar({
    stream: io.stderr,
    format: line,
    fps: 5,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    // The rate changes while the value stands still.
    forceRedraw: true,
  });
  const progress: Progress = {
    start(label, totalBytes) {
      if (state !== undefined) bar.stop();
      state = { label, totalBytes, doneBytes: 0, startedAt: io.now().getTime() };
      bar.start(totalBytes ?? 0, 0);
    },
    advance(bytes) {
      if (state === undefined) return;
      state.doneBytes += bytes;
      bar.update(state.doneBytes);
    },
    finish() {
      if (state === undefined) return;
      state = undefined;
      bar.stop();
    },
  };
  return { progress, say: (text) => void io.stderr.write(state === undefined ? text : `\r\u001b[K${text}`) };
}

const barColumns = 20;
/** Before that a rate is guesswork. */
const rateAfterMs = 1000;

/** `create [=====---------------]  27%  1.2 GiB of 4.4 GiB  210.0 MiB/s  16 s left`; without a total, what is known. */
export function progressLine(state: Readonly<State>, nowMs: number): string {
  const { label, totalBytes, doneBytes } = state;
  const elapsedMs = nowMs - state.startedAt;
  const rate = elapsedMs >= rateAfterMs ? (doneBytes / elapsedMs) * 1000 : undefined;
  const rateText = rate === undefined ? [] : [`${size(Math.round(rate))}/s`];
  if (totalBytes === undefined || totalBytes === 0) return [label, size(doneBytes), ...rateText].join("  ");
  // More than was planned may come: files grow. A bar beyond its end would be a lie.
  const share = Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * barColumns);
  const drawn = `[${"=".repeat(filled)}${"-".repeat(barColumns - filled)}]`;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return [
    `${label} ${drawn} ${percent}`,
    `${size(doneBytes)} of ${size(totalBytes)}`,
    ...rateText,
    ...left(state, rate),
  ].join("  ");
}

function left({ totalBytes, doneBytes }: Readonly<State>, rate: number | undefined): string[] {
  if (rate === undefined || rate <= 0 || totalBytes === undefined || doneBytes >= totalBytes) return [];
  return [`${remaining((totalBytes - doneBytes) / rate)} left`];
}

function remaining(seconds: number): string {
  return seconds < 10 ? count(Math.ceil(seconds), "second") : duration(Math.ceil(seconds) * 1000);
}
