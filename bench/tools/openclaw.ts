import type { Contender, Places, Tool } from "../jobs.ts";

/** OpenClaw's own backup. Its restore goes into a staging folder, which is another job than that of the others. */
export function openclaw({ folder, openclaw: program = "openclaw" }: Places): Tool {
  const run = (words: string): string => `${program} backup ${words} > ${folder}/openclaw.log`;
  const create = (job: string, words: string): Contender => {
    const to = (round: number): string => `${folder}/openclaw-${job}-${round}.tar.gz`;
    return {
      by: `openclaw backup create ${words}`.trim(),
      run: (round) => run(`create ${words} --output ${to(round)}`),
      output: to,
    };
  };
  const archive = `${folder}/openclaw-create-0.tar.gz`;
  return {
    name: "openclaw",
    needs: [program],
    version: `${program} --version`,
    slow: true,
    archive,
    jobs: {
      create: [create("create", ""), { ...create("verified", "--verify"), variant: "verified" }],
      verify: [{ by: "openclaw backup verify", run: () => run(`verify ${archive}`) }],
      again: [create("again", "")],
    },
  };
}
