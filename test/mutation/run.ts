import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { excused } from "./excused.ts";
import { type Mutant, describeMutant, keyOf, mutantsOf } from "./mutants.ts";

// Takes each check out of the reader, one at a time, and looks whether a vector notices: `npm run mutation`.
const root = fileURLToPath(new URL("../../src/format/", import.meta.url));
const child = fileURLToPath(new URL("vectors-child.ts", import.meta.url));
const timeoutMs = 120_000;

/** Not part of the reader: writers, the survey of damaged copies (it refuses nothing) and the parser of tar headers that only it uses, and what users type. */
const elsewhere =
  /^survey\/|(^|\/)(write|section-writer|segment-writer|frame-packer|ssh-key|armor|secret|errors|age-library|recipients|identities|key-lines|bech32|sealed-identity-file|inner-tar-parse)\.ts$/;

/** The vector that notices, or undefined. A reader that does not come to its end is noticed, too. */
function noticedBy(mutant: Mutant | null): Promise<string | undefined> {
  const options = { timeout: timeoutMs, stdio: ["ignore", "pipe", "ignore"] as const };
  const run = spawn(process.execPath, [child, JSON.stringify(mutant)], {
    ...options,
    stdio: [...options.stdio],
  });
  let out = "";
  run.stdout.on("data", (text: Buffer) => (out += text.toString()));
  return new Promise((resolve, reject) => {
    run.on("error", reject);
    run.on("close", (status) => resolve(out !== "" ? out : status === 0 ? undefined : "(it failed or hung)"));
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
  const whole = await noticedBy(null);
  if (whole !== undefined) throw new Error(`the reader fails as it is: ${whole}`);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !elsewhere.test(name) && name.includes(values.only))
    .toSorted();
  const queue = files.flatMap((name) => mutantsOf(`${root}${name}`));
  const total = queue.length;
  const survivors: string[] = [];
  let pardoned = 0;
  const work = async (): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const source = readFileSync(mutant.file, "utf8");
      if (excused.has(keyOf(source, mutant))) pardoned++;
      else if ((await noticedBy(mutant)) === undefined) {
        survivors.push(`${describeMutant(source, mutant)}\n  key: ${keyOf(source, mutant)}`);
        console.log(`nobody notices: ${survivors.at(-1)!.replace(root, "")}`);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(
    `${total} checks taken out: ${total - pardoned - survivors.length} noticed, ${pardoned} excused, ${survivors.length} not noticed`,
  );
  if (survivors.length > 0) process.exitCode = 1;
}

await main();
