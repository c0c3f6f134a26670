/** A text as one word of bash and zsh, in which nothing is expanded. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same of fish, where a backslash counts between quotes, too. */
export function quotedForFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** A text on one line: descriptions are shown in lists. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
