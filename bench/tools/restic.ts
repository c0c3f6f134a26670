import { type Contender, type Places, type Tool, restoring } from "../jobs.ts";
import { smallFiles } from "../plan.ts";

/** It flushes what it writes to a repository by itself. */
export function restic({ folder, home }: Places): Tool {
  const repository = (round: number): string => `${folder}/restic-${round}`;
  const archive = repository(0);
  const run = (words: string, at = archive): string => `RESTIC_PASSWORD=bench restic -q -r ${at} ${words}`;
  const backup = (at: string): string => `cd ${home} && ${run("backup .openclaw", at)}`;
  const read = (by: string, words = by): Contender => ({ by: `restic ${by}`, run: () => run(words) });
  return {
    name: "restic",
    needs: ["restic"],
    version: "restic version | cut -d' ' -f1,2",
    slow: false,
    archive,
    jobs: {
      create: [
        {
          by: "restic backup",
          prepare: (round) => run("init", repository(round)),
          run: (round) => backup(repository(round)),
          output: repository,
        },
      ],
      verify: [read("check --read-data")],
      quick: [read("check")],
      list: [read("ls", "ls latest")],
      cat: [read("dump", `dump latest /.openclaw/${smallFiles.plain}`)],
      restore: [
        restoring(
          folder,
          "restic restore",
          (to) => `${run(`restore latest --target ${to}`)} && sync -f ${to}`,
        ),
      ],
      again: [{ by: "restic backup", run: () => backup(archive), output: () => archive }],
    },
  };
}
