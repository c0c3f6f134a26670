import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type JobName, jobs } from "./jobs.ts";
import { mixes } from "./mixes.ts";
import type { TreeSize } from "./plan.ts";
import { peerNames } from "./tools/tools.ts";

export interface Options {
  /** What tree is made, or the home in which there is one. */
  readonly tree: TreeSize | { readonly home: string };
  readonly dir: string;
  readonly rounds: number;
  /** How many of the rounds the slow peers take part in. */
  readonly slowRounds: number;
  readonly only: readonly JobName[];
  readonly peers: readonly string[];
  readonly openclaw: string | undefined;
  /** ocbak, as built. */
  readonly program: string;
}

/** Throws what is wrong with the words of a command line. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: "string" },
      files: { type: "string" },
      mb: { type: "string" },
      tree: { type: "string" },
      dir: { type: "string" },
      rounds: { type: "string", default: "3" },
      "slow-rounds": { type: "string", default: "1" },
      only: { type: "string", default: Object.keys(jobs).join(",") },
      peers: { type: "string", default: peerNames.join(",") },
      openclaw: { type: "string" },
      program: { type: "string", default: join(import.meta.dirname, "../dist/cli/main.js") },
    },
  });
  const tree = treeOf(values);
  const rounds = count("--rounds", values.rounds);
  return {
    tree,
    dir: resolve(values.dir ?? join(tmpdir(), `ocbak-bench-${label(tree)}`)),
    rounds,
    slowRounds: Math.min(rounds, count("--slow-rounds", values["slow-rounds"])),
    only: list("--only", values.only, Object.keys(jobs)) as JobName[],
    peers: list("--peers", values.peers, peerNames),
    openclaw: values.openclaw && resolve(values.openclaw),
    program: resolve(values.program),
  };
}

type Words = Partial<Record<"size" | "files" | "mb" | "tree", string | undefined>>;

function treeOf({ size, files, mb, tree }: Words): Options["tree"] {
  const ways = [size, files ?? mb, tree].filter((way) => way !== undefined);
  if (ways.length > 1) throw new Error("--size, --tree, and --files with --mb exclude one another");
  if (tree !== undefined) return { home: resolve(tree) };
  if (files !== undefined || mb !== undefined)
    return { files: count("--files", files), megabytes: count("--mb", mb) };
  const name = size ?? "S";
  if (!(name in mixes)) throw new Error(`--size is one of ${Object.keys(mixes).join(", ")}`);
  return name as TreeSize;
}

function label(tree: Options["tree"]): string {
  if (typeof tree === "string") return tree;
  return "home" in tree ? "given" : `${tree.files}-${tree.megabytes}`;
}

function count(flag: string, value: string | undefined): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${flag} is a number from 1 on`);
  return number;
}

function list(flag: string, value: string, known: readonly string[]): string[] {
  const words = value.split(",").filter((word) => word !== "");
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new Error(`${flag} knows ${known.join(", ")}, not ${unknown.join(", ")}`);
  return known.filter((word) => words.includes(word));
}
