import { type AST, parseRegExpLiteral } from "@eslint-community/regexpp";

/** Characters of ASCII; `other` where one beyond is among them. */
export interface CharacterSet {
  readonly ascii: string;
  readonly other: boolean;
}

export function alternativesOf(pattern: RegExp): readonly (readonly AST.Element[])[] {
  return parseRegExpLiteral(pattern).pattern.alternatives.map(({ elements }) => elements);
}

/** All ways in which a match can begin, as sets of characters: up to `length` of them, fewer where it ends. */
export function* beginningsOf(
  elements: readonly AST.Element[],
  length: number,
  flags: string,
): Generator<readonly CharacterSet[]> {
  const [first, ...rest] = elements;
  if (length <= 0 || first === undefined) return yield [];
  for (const head of beginningsOfElement(first, length, flags)) {
    for (const tail of beginningsOf(rest, length - head.length, flags)) yield [...head, ...tail];
  }
}

function* beginningsOfElement(
  element: AST.Element,
  length: number,
  flags: string,
): Generator<readonly CharacterSet[]> {
  switch (element.type) {
    case "Assertion":
      // It only forbids: what begins without it is more.
      return yield [];
    case "Group":
    case "CapturingGroup":
      for (const { elements } of element.alternatives) yield* beginningsOf(elements, length, flags);
      return;
    case "Quantifier": {
      const most = Math.min(element.max, Math.max(element.min, length));
      for (let count = element.min; count <= most; count += 1) {
        const repeated = Array.from({ length: Math.min(count, length) }, () => element.element);
        yield* beginningsOf(repeated, length, flags);
      }
      return;
    }
    case "Backreference":
      throw new Error(`nobody knows what ${element.raw} begins with`);
    case "Character":
    case "CharacterClass":
    case "CharacterSet":
    case "ExpressionCharacterClass":
      return yield [charactersOf(element.raw, flags)];
  }
}

const ascii = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));
const beyond = Array.from({ length: 0xd780 }, (_, code) => String.fromCharCode(0x80 + code)).join("");
const known = new Map<string, CharacterSet>();

/** What one element of an expression matches, as the engine itself says it: with all its folding of case. */
export function charactersOf(raw: string, flags: string): CharacterSet {
  const folding = flags.replace(/[^iusv]/g, "");
  const key = `${folding}/${raw}`;
  let set = known.get(key);
  if (set === undefined) {
    const alone = new RegExp(raw, folding);
    const matched = ascii.filter((character) => alone.test(character)).join("");
    set = { ascii: matched, other: alone.test(`${beyond}\ue000\uffff\u{1f600}`) };
    known.set(key, set);
  }
  return set;
}

/** Fewest characters of a match. */
export function shortestOf(elements: readonly AST.Element[]): number {
  return elements.reduce((sum, element) => sum + shortestOfElement(element), 0);
}

function shortestOfElement(element: AST.Element): number {
  if (element.type === "Assertion") return 0;
  if (element.type === "Quantifier") return element.min * shortestOfElement(element.element);
  if (element.type !== "Group" && element.type !== "CapturingGroup") return 1;
  return Math.min(...element.alternatives.map(({ elements }) => shortestOf(elements)));
}

/** Every element below some, assertions with what is in them. */
export function* elementsIn(elements: readonly AST.Element[]): Generator<AST.Element> {
  for (const element of elements) {
    yield element;
    if (element.type === "Quantifier") yield* elementsIn([element.element]);
    if ("alternatives" in element)
      for (const alternative of element.alternatives) yield* elementsIn(alternative.elements);
  }
}
