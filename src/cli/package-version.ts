import { readFileSync, writeSync } from "node:fs";

/** package.json stands at the same distance from src/cli and dist/cli. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** What `--version` prints. Not by `process.stdout`, which takes longer to make than all else here. */
export function printVersion(): void {
  const line = `${packageVersion()}\n`;
  try {
    writeSync(1, line);
  } catch {
    // A pipe that is full for now; or nobody reads any more, and then this is nobody's error.
    process.stdout.on("error", () => {}).write(line);
  }
}
