/** The lines of a key file that are neither blank nor comments, trimmed, each with its number from 1. */
export function significantLines(text: string): { line: string; number: number }[] {
  return text
    .split("\n")
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
}
