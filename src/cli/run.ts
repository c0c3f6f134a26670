import { CommanderError } from "commander";

import type { CliContext } from "./context.ts";
import { CliError } from "./errors.ts";
import type { ExitStatus } from "./exit-status.ts";
import { programFor } from "./program.ts";

/** Runs one command line (without node and script) and says what to exit with. Never throws. */
export async function run(argv: readonly string[], io: CliContext): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const program = await programFor(io, (finished) => (status = finished), argv[0]);
  if (argv.length === 0) {
    io.stderr.write(program.helpInformation());
    return 2;
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // A group without its command: like no command at all, its help has been printed.
    if (error instanceof CommanderError && error.code === "commander.help") return 2;
    const { printFailure } = await import("./failure.ts");
    return printFailure(io, asUsage(error, argv), argv.includes("--json"));
  }
}

/** commander's own errors in our words: its messages are sentences behind `error: `. */
function asUsage(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [message = "", ...suggestion] = error.message.replace(/^error: /, "").split("\n");
  const help = argv.length > 0 && !argv[0]!.startsWith("-") ? `${argv[0]} ` : "";
  const hint = [
    ...suggestion.map((line) => line.replace(/^\(|\)$/g, "")),
    `see \`ocbak ${knownCommand(error, argv) ? help : ""}--help\``,
  ];
  return new CliError("usage", message.replace(/\.$/, ""), { cause: error, hint: hint.join("\n") });
}

/** Unknown may also be what stands behind a group: `ocbak schedule nonsense`. */
function knownCommand(error: CommanderError, [first]: readonly string[]): boolean {
  return error.code !== "commander.unknownCommand" || !error.message.includes(`'${first}'`);
}
