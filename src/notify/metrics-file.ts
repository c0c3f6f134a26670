import { replaceFile } from "../system/replace-file.ts";
import { NotifyError } from "./errors.ts";

/**
 * Puts a text in a file's place, whole or not at all: whoever reads it never sees half of it. Readable for all, as
 * node_exporter is another user; its folder must be there. The collector reads only names that end in `.prom`, and the
 * name that it has for a moment does not. Throws `metrics-unwritable`.
 */
export async function writeMetricsFile(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, { text, mode: 0o644, isExact: true });
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): NotifyError {
  const why = String((cause as NodeJS.ErrnoException).code);
  return new NotifyError("metrics-unwritable", `cannot write the metrics ${file}: ${why}`, {
    cause,
    hint: "its folder must be there and yours to write to, such as node_exporter's --collector.textfile.directory",
  });
}
