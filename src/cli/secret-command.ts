import { spawn } from "node:child_process";

import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";

const outputBytesMax = 1024 * 1024;

/**
 * What the command in an environment variable prints, as restic and rustic have it: a password manager keeps the
 * secret, and it never stands in a file or an argument. It runs in the shell; its stderr is shown. Neither the
 * command nor its output is ever quoted. Throws `secret-command-failed`.
 */
export async function runSecretCommand(variable: string, command: string, io: CliContext): Promise<Buffer> {
  const child = spawn(command, {
    shell: true,
    cwd: io.cwd,
    env: { ...io.env },
    signal: io.signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  let total = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    total += chunk.length;
    if (total > outputBytesMax) child.kill();
    else chunks.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => io.stderr.write(chunk));
  const ended = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? String(code)));
  });
  // After an abort only the shell has ended: what it started would keep the pipes, and us, alive.
  child.stdout.destroy();
  child.stderr.destroy();
  io.signal.throwIfAborted();
  if (total > outputBytesMax) throw failed(variable, "printed more than a secret");
  if (ended !== "0") throw failed(variable, `ended with ${ended}`);
  return Buffer.concat(chunks);
}

function failed(variable: string, what: string): CliError {
  return new CliError("secret-command-failed", `the command of ${variable} ${what}`, {
    hint: `run it by hand to see why: sh -c "$${variable}"`,
  });
}
