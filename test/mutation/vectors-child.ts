import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { pathToFileURL } from "node:url";
import type { Vector } from "../../fixtures/vector-file.ts";
import type { Mutant } from "./mutants.ts";

// Runs the vectors against the reader with one check taken out. Says the first vector that notices, or nothing.
const mutant = JSON.parse(process.argv[2]!) as Mutant | null;

if (mutant !== null) {
  const url = pathToFileURL(mutant.file).href;
  registerHooks({
    load(address, context, next) {
      const loaded = next(address, context);
      if (address !== url) return loaded;
      const source = readFileSync(mutant.file, "utf8");
      const after = source.slice(mutant.offset + mutant.length);
      return { ...loaded, source: `${source.slice(0, mutant.offset)}${mutant.replacement}${after}` };
    },
  });
}

const { readVector, vectorNames } = await import("../../fixtures/vector-set.ts");
const { judged } = await import("../../fixtures/judge.ts");
const { largeCases } = await import("../../fixtures/large.ts");
const { strictlyExpected, strictlyTold } = await import("../support/vector-outcome.ts");

async function notices(name: string, vector: Vector): Promise<boolean> {
  const told = await strictlyTold(vector).catch((cause: unknown) => ({ failed: String(cause) }));
  if (isDeepStrictEqual(told, strictlyExpected(vector))) return false;
  process.stdout.write(name);
  return true;
}

async function noticedBySome(): Promise<boolean> {
  // Families mixed, so that the one that notices comes soon.
  const names = vectorNames().toSorted((a, b) => (hash("md5", a) < hash("md5", b) ? -1 : 1));
  for (const name of names) if (await notices(name, readVector(name))) return true;
  for (const { name, case: one } of largeCases()) if (await notices(name, await judged(one))) return true;
  return false;
}

await noticedBySome();
