import { ageLayer } from "./age.ts";
import { type Base, bases, build } from "./corpus.ts";
import { type MakeStep, fileLayer, outerLayer, signatureLayer } from "./outer-layer.ts";
import { Rng } from "./rng.ts";
import type { Step } from "./steps.ts";
import { bombLayer, streamLayer, tarLayer } from "./stream-layer.ts";
import { lineLayer } from "./tree-layer.ts";

export interface Case {
  readonly base: Base;
  /** Names of what was done to it. */
  readonly steps: readonly string[];
  readonly bytes: Buffer;
  /** Whether digests and places were made to fit what was changed. */
  readonly isForged: boolean;
}

type Layer = readonly (readonly [number, MakeStep])[];

const layers: readonly (readonly [number, Layer])[] = [
  [50, outerLayer],
  [25, ageLayer],
  [40, streamLayer],
  [40, tarLayer],
  [90, lineLayer],
  [30, fileLayer],
  [1, bombLayer],
];

const forSigned: Layer = signatureLayer;

/** Case `number` of a run: the same bytes every time. */
export function makeCase(seed: string, number: number): Case {
  const rng = new Rng(`${seed}:${number}`);
  for (;;) {
    // Opening a post-quantum header takes as long as all the rest.
    const base = rng.weighted(bases.map((one) => [one.name === "post-quantum" ? 1 : 4, one] as const));
    const count = rng.weighted([[6, 1], [2, 2], [1, 3], [1, 5]]); // prettier-ignore
    const steps = Array.from({ length: count }, () => stepOf(base, rng));
    const bytes = attempted(base, steps);
    const isForged = steps.some(({ file }) => file === undefined);
    if (bytes !== undefined) return { base, steps: steps.map(({ name }) => name), bytes, isForged };
  }
}

function stepOf(base: Base, rng: Rng): Step {
  if (base.name === "signed" && rng.once(6)) return rng.weighted(forSigned)(rng, base);
  return rng.weighted(rng.weighted(layers))(rng, base);
}

/** Undefined where the changes leave nothing that can be written at all. */
function attempted(base: Base, steps: readonly Step[]): Buffer | undefined {
  try {
    return build(base, steps);
  } catch {
    return undefined;
  }
}
