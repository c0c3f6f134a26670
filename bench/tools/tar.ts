import { type Contender, type Places, type Tool, restoring } from "../jobs.ts";
import { smallFiles } from "../plan.ts";

const one = `.openclaw/${smallFiles.plain}`;

/** The stock way. */
export function gzip({ folder, home }: Places): Tool {
  const archive = `${folder}/create-0.tar.gz`;
  const create = (job: string): Contender => {
    const to = (round: number): string => `${folder}/${job}-${round}.tar.gz`;
    return {
      by: "tar -cz",
      run: (round) => `tar -C ${home} -czf ${to(round)} .openclaw && sync ${to(round)}`,
      output: to,
    };
  };
  const list = { by: "tar -tz", run: () => `tar -tzf ${archive}` };
  return {
    name: "tar",
    needs: ["tar", "gzip"],
    version: "tar --version | head -1",
    slow: true,
    archive,
    jobs: {
      create: [create("create")],
      verify: [list],
      list: [list],
      cat: [{ by: "tar -xzO", run: () => `tar -xzOf ${archive} ${one}` }],
      restore: [restoring(folder, "tar -xz", (to) => `tar -C ${to} -xzf ${archive} && sync -f ${to}`)],
      again: [create("again")],
    },
  };
}

/** What is nearest to ocbak in speed and sealing: native programs, each doing one thing. */
export function pipe({ folder, home, recipient, identity }: Places): Tool {
  const archive = `${folder}/create-0.tar.zst.age`;
  const unsealed = `age -d -i ${identity} ${archive} | zstd -dc`;
  const create = (job: string): Contender => {
    const to = (round: number): string => `${folder}/${job}-${round}.tar.zst.age`;
    return {
      by: "tar -c | zstd -3 -T0 | age -r",
      run: (round) =>
        `tar -C ${home} -c .openclaw | zstd -3 -T0 | age -r ${recipient} -o ${to(round)} && sync ${to(round)}`,
      output: to,
    };
  };
  const list = { by: "age -d | zstd -d | tar -t", run: () => `${unsealed} | tar -t` };
  return {
    name: "pipe",
    needs: ["tar", "zstd", "age"],
    version: "echo zstd $(zstd --version | grep -o 'v[0-9.]*'), age $(age --version)",
    slow: false,
    archive,
    jobs: {
      create: [create("create")],
      cold: [create("cold")],
      verify: [list],
      list: [list],
      cat: [{ by: "age -d | zstd -d | tar -xO", run: () => `${unsealed} | tar -xO ${one}` }],
      restore: [
        restoring(
          folder,
          "age -d | zstd -d | tar -x",
          (to) => `${unsealed} | tar -C ${to} -x && sync -f ${to}`,
        ),
      ],
      again: [create("again")],
    },
  };
}
