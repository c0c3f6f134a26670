import { bytesOf, displayBytes } from "../format/entry-path.ts";
import type { CliContext, CliOutput } from "./context.ts";
import { CliError } from "./errors.ts";

/** Writes all of it and waits where the reader is slow. Throws `output-closed` when nobody reads any more. */
export function write(stream: CliOutput, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => {
      if (error) reject(new CliError("output-closed", "writing the output failed", { cause: error }));
      else resolve();
    });
  });
}

/** Text that came from outside (a path, a message), safe to show on a terminal: one line, nothing invisible. */
export function safe(text: string): string {
  return displayBytes(bytesOf(text));
}

/** Something said while a job goes on: `ocbak: …` on stderr. */
export function noticeLine(text: string): string {
  return `ocbak: ${safe(text)}\n`;
}

export async function warn(io: CliContext, text: string): Promise<void> {
  await write(io.stderr, noticeLine(`warning: ${text}`));
}

/** How a command was asked to speak. */
export interface Voice {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A report in its two renderings; `problems` says whether the text is worth breaking `--quiet` for. */
export interface Rendering {
  readonly json: unknown;
  readonly text: () => string;
  readonly problems: boolean;
}

/** Prints a report, to stderr where stdout carries data. */
export async function printReport(stream: CliOutput, voice: Voice, rendering: Rendering): Promise<void> {
  if (voice.json) await write(stream, `${JSON.stringify(rendering.json)}\n`);
  else if (!voice.quiet || rendering.problems) await write(stream, rendering.text());
}
