import { Secret } from "../format/secret.ts";
import type { CliContext, CliInput } from "./context.ts";
import { CliError, Interrupted } from "./errors.ts";
import { write } from "./output.ts";

export function canAsk(io: CliContext): boolean {
  return io.stdin.isTTY === true && io.stdin.setRawMode !== undefined;
}

/**
 * A secret typed by a person, not echoed; undefined for an empty line. Throws `no-terminal` where stdin is none, and
 * the signal's reason on Ctrl-C.
 */
export async function askSecret(io: CliContext, question: string): Promise<Secret | undefined> {
  if (!canAsk(io)) {
    throw new CliError("no-terminal", `cannot ask for the ${question}: stdin is not a terminal`, {
      hint: "set OCBAK_PASSPHRASE_FILE or OCBAK_PASSPHRASE_COMMAND",
    });
  }
  await write(io.stderr, `Enter ${question}: `);
  io.stdin.setRawMode!(true);
  try {
    const line = await readLine(io.stdin, io.signal);
    return line === "" ? undefined : new Secret(line);
  } finally {
    io.stdin.setRawMode!(false);
    io.stdin.pause();
    await write(io.stderr, "\n");
  }
}

function readLine(stdin: CliInput, signal: AbortSignal): Promise<string> {
  const line = new Line();
  return new Promise<string>((resolve, reject) => {
    const onData = (chunk: Buffer | string): void => {
      const rest = line.type(Buffer.from(chunk));
      if (line.state === "typing") return;
      leave();
      // What was pasted behind the line end answers the next question.
      if (rest !== undefined && rest.length > 0) stdin.unshift(rest);
      if (line.state === "interrupted") reject(new Interrupted("SIGINT"));
      else resolve(line.text());
    };
    const onEnd = (): void => {
      leave();
      resolve("");
    };
    const onAbort = (): void => {
      leave();
      reject(signal.reason as Error);
    };
    const leave = (): void => {
      stdin.off("data", onData).off("end", onEnd).pause();
      signal.removeEventListener("abort", onAbort);
    };
    signal.addEventListener("abort", onAbort);
    stdin.on("data", onData).on("end", onEnd).resume();
  });
}

const ctrlC = 0x03;
const ctrlD = 0x04;
const ctrlU = 0x15;
const lineEnds = new Set([0x0a, 0x0d, ctrlD]);
const backspaces = new Set([0x08, 0x7f]);

/** A line as a terminal in raw mode delivers it: bytes of UTF-8, with the few control keys people use. */
class Line {
  #bytes: number[] = [];
  state: "typing" | "done" | "interrupted" = "typing";

  /** Takes bytes until the line ends; returns what follows it. */
  type(chunk: Buffer): Buffer | undefined {
    for (const [at, byte] of chunk.entries()) {
      this.#key(byte);
      if (this.state !== "typing") return chunk.subarray(at + 1);
    }
    return undefined;
  }

  #key(byte: number): void {
    if (lineEnds.has(byte)) this.state = "done";
    else if (byte === ctrlC) this.state = "interrupted";
    else if (byte === ctrlU) this.#bytes = [];
    else if (backspaces.has(byte)) this.#dropChar();
    else if (byte >= 0x20) this.#bytes.push(byte);
  }

  #dropChar(): void {
    let last = this.#bytes.pop();
    while (last !== undefined && (last & 0xc0) === 0x80) last = this.#bytes.pop();
  }

  text(): string {
    return Buffer.from(this.#bytes).toString("utf8");
  }
}
