import { type Contender, type Places, type Tool, restoring } from "../jobs.ts";
import { smallFiles } from "../plan.ts";

export function ocbak({ folder, ocbak: program, identity, recipient, given }: Places): Tool {
  const archive = `${folder}/create-0.ocbak`;
  const key = `-i ${identity}`;
  const flags = `-r ${recipient}${given ? " --no-default-excludes" : ""}`;
  const create = (job: string, words: string): Contender => {
    const to = (round: number): string => `${folder}/${job}-${round}.ocbak`;
    return {
      by: `ocbak create ${words}`.trim(),
      run: (round) => `${program} create ${words} ${flags} -o ${to(round)}`,
      output: to,
    };
  };
  const read = (words: string, after = ""): Contender => ({
    by: `ocbak ${words} ${after}`.trim(),
    run: () => `${program} ${words} ${key} ${archive} ${after}`,
  });
  return {
    name: "ocbak",
    needs: [],
    version: `echo ocbak $(${program} --version)`,
    slow: false,
    archive,
    jobs: {
      create: [create("create", "--no-verify"), { ...create("create-verified", ""), variant: "verified" }],
      cold: [create("cold", "--no-verify")],
      verify: [read("verify")],
      intact: [read("verify --level intact")],
      quick: [read("verify --level quick")],
      list: [read("ls")],
      cat: [
        read("cat", smallFiles.plain.replace("workspace/", "workspace.main/")),
        { ...read("cat", `state/${smallFiles.sealed}`), variant: "sealed" },
      ],
      // It is the first of several: ocbak knows of newer ones by then.
      restore: [
        restoring(
          folder,
          "ocbak restore",
          (to) => `${program} restore --allow-older --home ${to} ${key} ${archive}`,
        ),
      ],
      again: [create("again", "--no-verify")],
    },
  };
}
