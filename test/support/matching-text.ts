import type { AST } from "@eslint-community/regexpp";
import { alternativesOf, charactersOf } from "./regexp-parts.ts";

/** A number from 0 to one less than `below`. */
export type Dice = (below: number) => number;

/** The same throws on every run. */
export function dice(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Some text that an expression matches, as far as its assertions allow it. */
export function matchingText(pattern: RegExp, throwDice: Dice): string {
  return textOf(oneOf(alternativesOf(pattern), throwDice), pattern.flags, throwDice);
}

function textOf(elements: readonly AST.Element[], flags: string, throwDice: Dice): string {
  return elements.map((element) => textOfElement(element, flags, throwDice)).join("");
}

function textOfElement(element: AST.Element, flags: string, throwDice: Dice): string {
  switch (element.type) {
    case "Assertion":
      return "";
    case "Group":
    case "CapturingGroup":
      return textOf(oneOf(element.alternatives, throwDice).elements, flags, throwDice);
    case "Quantifier": {
      const most = Math.min(element.max, element.min + 3);
      const count = element.min + throwDice(most - element.min + 1);
      const repeated = Array.from({ length: count }, () => element.element);
      return textOf(repeated, flags, throwDice);
    }
    case "Backreference":
      throw new Error(`nobody knows what ${element.raw} stands for`);
    case "Character":
    case "CharacterClass":
    case "CharacterSet":
    case "ExpressionCharacterClass":
      return oneOf(charactersOf(element.raw, flags).ascii.split(""), throwDice);
  }
}

export function oneOf<One>(all: readonly One[], throwDice: Dice): One {
  return all[throwDice(all.length)]!;
}
