import type { AtStore } from "../backup/store/at-stores.ts";
import type { Call } from "./command.ts";
import type { ExitStatus } from "./exit-status.ts";
import { errorText, failureOf } from "./failure.ts";
import { safe, write } from "./output.ts";

/** How the report on one store is printed. */
export interface StoreRendering<Report> {
  readonly text: (report: Report) => string;
  /** Whether the text is worth breaking `--quiet` for. */
  readonly isSaid: (report: Report) => boolean;
  readonly statusOf: (report: Report) => ExitStatus;
}

/** Prints what came of each store, and gives the worst of the exit statuses. */
export async function printStores<Report>(
  results: readonly AtStore<Report>[],
  { io, voice }: Call,
  { text, isSaid, statusOf }: StoreRendering<Report>,
): Promise<ExitStatus> {
  const stores = results.map(({ name, result }) =>
    "report" in result
      ? { store: name, exitStatus: statusOf(result.report), report: result.report, error: null }
      : { store: name, report: null, ...failureOf(result.error, io) },
  );
  if (voice.json) await write(io.stdout, `${JSON.stringify({ stores })}\n`);
  else
    for (const { store, report, error } of stores) {
      if (error !== null)
        await write(io.stderr, errorText(`store ${safe(store)}: ${error.message}`, error.hint ?? undefined));
      if (report !== null && (!voice.quiet || isSaid(report))) await write(io.stdout, text(report));
    }
  return stores.reduce<ExitStatus>((worst, { exitStatus }) => (exitStatus > worst ? exitStatus : worst), 0);
}
