import { readFileSync } from "node:fs";

/** One check of the reader taken away. */
export interface Mutant {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly replacement: string;
}

/** What a mutant looks like to people: the line it changes. */
export function describeMutant(source: string, { file, offset, length, replacement }: Mutant): string {
  const line = source.slice(0, offset).split("\n").length;
  const was = source.slice(offset, offset + length).replaceAll(/\s+/g, " ");
  const from = source.lastIndexOf("\n", offset - 1) + 1;
  const text = source.slice(from, source.indexOf("\n", offset)).trim();
  return `${file}:${line}: ${was || text} -> ${replacement || "(nothing)"}: ${text}`;
}

/** The key under which a mutant may be excused, its whole statement: it does not move when lines above it come and go. */
export function keyOf(source: string, mutant: Mutant): string {
  const from = source.lastIndexOf("\n", mutant.offset - 1) + 1;
  const to = source.indexOf(";", mutant.offset) + 1;
  const text = source.slice(from, to).replaceAll(/\s+/g, " ").trim();
  return `${mutant.file.split("/").at(-1)}: ${text}`;
}

/** All ways to take one check out of a file: refusals that do not refuse, schemas that take more. */
export function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(file, "utf8");
  return [
    ...matching(source, /(?<=^\s*|\) |else |: |\{ )throw (?=\w)/gm, "void "),
    ...matching(source, /(?<=\) )return (undefined|false);/g, ";"),
    ...(source.includes('from "zod"') ? schemaMutants(source) : []),
  ].map((mutant) => ({ file, ...mutant }));
}

type Change = Omit<Mutant, "file">;

function matching(source: string, pattern: RegExp, replacement: string): Change[] {
  return [...source.matchAll(pattern)].map(({ index, 0: { length } }) => ({
    offset: index,
    length,
    replacement,
  }));
}

/** Not `z.int()`: canonical JSON has no other numbers. */
function schemaMutants(source: string): Change[] {
  const calls = [...source.matchAll(/\.(max|min|regex|refine|nonnegative|positive|length)\(/g)];
  return [
    ...calls.map(({ index, 0: { length } }) => ({
      offset: index,
      length: callEnd(source, index + length) - index,
      replacement: "",
    })),
    ...matching(source, /\bz\.strictObject\(/g, "z.looseObject("),
  ];
}

/** Where the parenthesis closes that is open at `from`; these calls hold no text with parentheses of its own. */
function callEnd(source: string, from: number): number {
  let open = 1;
  let at = from;
  for (; open > 0; at++) {
    if (source[at] === "(") open++;
    if (source[at] === ")") open--;
  }
  return at;
}
