import { type Kind, type Mix, type SizeName, mixOf, mixes } from "./mixes.ts";
import { type Source, seeded } from "./text.ts";

/** A size by its name, or any other, with M's shares. */
export type TreeSize = SizeName | { readonly files: number; readonly megabytes: number };

export interface PlannedFile {
  readonly kind: Kind;
  /** Below the state dir. */
  readonly path: string;
  readonly bytes: number;
}

/** Files of these names are small and made in every tree: one that ocbak leaves readable, and one that it seals. */
export const smallFiles = { plain: "workspace/USER.md", sealed: "identity/device.json" } as const;

interface Shape {
  readonly place: (n: number, hex: string) => string;
  /** The deviation of the sizes' logarithms: how far they are spread. */
  readonly spread: number;
}

const repositories = 12;
const repository = (n: number): string => `workspace/projects/repository-${n % repositories}`;
/** Of programs that agents run: OpenClaw refuses to back up its own ones where they are not of its schema. */
const databases = [
  "agents/main/agent/codex-home/thread_history_1.sqlite",
  "agents/main/agent/codex-home/logs_2.sqlite",
  "memory/main.sqlite",
  "memory/research.sqlite",
];

/** Where things lie, without the folders that ocbak leaves out: all contenders take the same files. */
const shapes: Readonly<Record<Kind, Shape>> = {
  // Of sessions that are over: OpenClaw leaves out the live ones.
  transcript: {
    place: (_, hex) => `agents/main/sessions/${hex}.jsonl.reset.2026-11-20T08-00-00.000Z`,
    spread: 1,
  },
  photo: { place: (_, hex) => `media/inbound/${hex}.jpg`, spread: 0.5 },
  browser: { place: (n, hex) => `browser/openclaw/user-data/Default/${n % 40}/${hex}`, spread: 1 },
  note: { place: (n, hex) => `workspace/memory/${n % 60}/${hex}.md`, spread: 0.8 },
  object: {
    place: (n, hex) => `${repository(n)}/.git/objects/${hex.slice(0, 2)}/${hex.slice(2)}`,
    spread: 1,
  },
  source: { place: (n, hex) => `${repository(n)}/src/${n % 90}/${hex}.ts`, spread: 0.8 },
  log: { place: (n, hex) => `${repository(n)}/build-${hex}.log`, spread: 0.5 },
  database: { place: (n) => databases[n] ?? `memory/agent-${n}.sqlite`, spread: 0.5 },
};

/** Which files a tree has, and how large they are: the same for every run. The small ones are not among them. */
export function planTree(size: TreeSize): PlannedFile[] {
  const mix: Mix = typeof size === "string" ? mixes[size] : mixOf(size.files, size.megabytes);
  return Object.entries(mix).flatMap(([name, [files, megabytes]]) => {
    const kind = name as Kind;
    const source = seeded(`${JSON.stringify(size)}: ${kind}`);
    return sizes(files, megabytes * 1e6, shapes[kind].spread, source).map((bytes, n) => ({
      kind,
      path: shapes[kind].place(n, source.hex(32)),
      bytes,
    }));
  });
}

/** Log-normal, as sizes of files are, and so many bytes together. */
function sizes(files: number, bytes: number, spread: number, source: Source): number[] {
  const weights = Array.from({ length: files }, () => Math.exp(spread * source.normal()));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => Math.max(1, Math.round((bytes * weight) / sum)));
}
