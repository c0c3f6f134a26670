import { type Contender, type Places, type Tool, restoring } from "../jobs.ts";
import { smallFiles } from "../plan.ts";

export function dar({ folder, home }: Places): Tool {
  const archive = `${folder}/create-0.1.dar`;
  const base = `${folder}/create-0`;
  // It takes the words of ~/.darrc and /etc/darrc otherwise, and asks where nobody answers.
  const common = "-N -Q -q -K aes:bench";
  const create = (job: string): Contender => ({
    by: "dar -c -zzstd:3 -K aes",
    run: (round) =>
      `dar -c ${folder}/${job}-${round} -R ${home} -g .openclaw -zzstd:3 ${common} && sync ${folder}/${job}-${round}.1.dar`,
    output: (round) => `${folder}/${job}-${round}.1.dar`,
  });
  return {
    name: "dar",
    needs: ["dar"],
    version: "dar --version | grep -o 'dar version [0-9.]*'",
    slow: true,
    archive,
    jobs: {
      create: [create("create")],
      verify: [{ by: "dar -t", run: () => `dar -t ${base} ${common}` }],
      list: [{ by: "dar -l", run: () => `dar -l ${base} ${common}` }],
      cat: [
        {
          by: "dar -x, one file",
          prepare: (round) => `mkdir ${folder}/dar-one-${round}`,
          run: (round) =>
            `dar -x ${base} -R ${folder}/dar-one-${round} -g .openclaw/${smallFiles.plain} ${common}`,
        },
      ],
      restore: [restoring(folder, "dar -x", (to) => `dar -x ${base} -R ${to} ${common} && sync -f ${to}`)],
      again: [create("again")],
    },
  };
}
