import { type Contender, type Places, type Tool, restoring } from "../jobs.ts";
import { smallFiles } from "../plan.ts";

/** It flushes what it writes to a repository by itself. */
export function borg({ folder, home }: Places): Tool {
  const repository = (round: number): string => `${folder}/borg-${round}`;
  const archive = repository(0);
  const run = (words: string): string =>
    `BORG_PASSPHRASE=bench BORG_BASE_DIR=${folder}/borg-base borg ${words}`;
  const create = (at: string, name: string): string =>
    `cd ${home} && ${run(`create --compression lz4 ${at}::${name} .openclaw`)}`;
  const read = (by: string, words: string): Contender => ({ by: `borg ${by}`, run: () => run(words) });
  return {
    name: "borg",
    needs: ["borg"],
    version: "borg --version",
    slow: false,
    archive,
    jobs: {
      create: [
        {
          by: "borg create --compression lz4",
          prepare: (round) => run(`init -e repokey ${repository(round)}`),
          run: (round) => create(repository(round), "first"),
          output: repository,
        },
      ],
      verify: [read("check --verify-data", `check --verify-data ${archive}`)],
      intact: [read("check --repository-only", `check --repository-only ${archive}`)],
      quick: [read("check --archives-only", `check --archives-only ${archive}`)],
      list: [read("list", `list ${archive}::first`)],
      cat: [read("extract --stdout", `extract --stdout ${archive}::first .openclaw/${smallFiles.plain}`)],
      restore: [
        restoring(
          folder,
          "borg extract",
          (to) => `cd ${to} && ${run(`extract ${archive}::first`)} && sync -f ${to}`,
        ),
      ],
      again: [
        {
          by: "borg create --compression lz4",
          run: (round) => create(archive, `again-${round}`),
          output: () => archive,
        },
      ],
    },
  };
}
