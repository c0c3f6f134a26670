import { join } from "node:path";
import { smallFiles } from "./plan.ts";

/** One way of doing a job. `run` gives a line of bash for the round of that number; `output` the file it makes. */
export interface Contender {
  readonly name: string;
  readonly run: (round: number) => string;
  readonly output?: (round: number) => string;
}

export interface Job {
  readonly name: string;
  /** The first is ocbak: the others are compared with it. */
  readonly contenders: readonly Contender[];
}

export interface Places {
  /** Holds the tree, the archives and what is restored. */
  readonly folder: string;
  readonly home: string;
  /** A line that runs ocbak: node and program. */
  readonly ocbak: string;
  readonly recipient: string;
}

/**
 * The same jobs by ocbak and by stock tools, in the order in which they must run: what is created in round 0 is what
 * the others read. `sync` gives the stock tools the promise that ocbak makes anyway: that the result is on the disk.
 */
export function jobs({ folder, home, ocbak, recipient }: Places): Job[] {
  const at = (name: string, round = 0) => join(folder, `${name}-${round}`);
  const [own, gz, zst] = [at("a.ocbak"), at("a.tar.gz"), at("a.tar.zst.age")];
  const key = join(home, ".config/ocbak/identity.txt");
  const unsealed = `age -d -i ${key} ${zst} | zstd -dc`;
  const one = `.openclaw/${smallFiles.plain}`;
  const listGz = { name: "tar -tz", run: () => `tar -tzf ${gz}` };
  const listZst = { name: "age -d | zstd -d | tar -t", run: () => `${unsealed} | tar -t` };
  const into = (name: string, line: (to: string) => string) => ({
    name,
    run: (round: number) => {
      const to = at(name.replaceAll(/[^a-z]+/g, "-"), round);
      return `mkdir ${to} && ${line(to)}`;
    },
  });
  return [
    {
      name: "create",
      contenders: [
        create("ocbak create --no-verify", "a.ocbak", (to) => `${ocbak} create --no-verify -o ${to}`),
        create("ocbak create (and verify)", "b.ocbak", (to) => `${ocbak} create -o ${to}`),
        create("tar -cz", "a.tar.gz", (to) => `tar -C ${home} -czf ${to} .openclaw && sync ${to}`),
        create(
          "tar -c | zstd -3 -T0 | age -r",
          "a.tar.zst.age",
          (to) => `tar -C ${home} -c .openclaw | zstd -3 -T0 | age -r ${recipient} -o ${to} && sync ${to}`,
        ),
      ],
    },
    {
      name: "verify",
      contenders: [
        { name: "ocbak verify", run: () => `${ocbak} verify ${own}` },
        { name: "ocbak verify --level intact", run: () => `${ocbak} verify --level intact ${own}` },
        { name: "ocbak verify --level quick", run: () => `${ocbak} verify --level quick ${own}` },
        listGz,
        listZst,
      ],
    },
    { name: "list", contenders: [{ name: "ocbak ls", run: () => `${ocbak} ls ${own}` }, listGz, listZst] },
    {
      name: "one small file",
      contenders: [
        {
          name: "ocbak cat",
          run: () => `${ocbak} cat ${own} ${smallFiles.plain.replace("workspace/", "workspace.main/")}`,
        },
        { name: "tar -xzO", run: () => `tar -xzOf ${gz} ${one}` },
        { name: "age -d | zstd -d | tar -xO", run: () => `${unsealed} | tar -xO ${one}` },
      ],
    },
    {
      name: "restore",
      contenders: [
        into("ocbak restore", (to) => `${ocbak} restore --home ${to} -i ${key} ${own}`),
        into("tar -xz", (to) => `tar -C ${to} -xzf ${gz} && sync -f ${to}`),
        into("age -d | zstd -d | tar -x", (to) => `${unsealed} | tar -C ${to} -x && sync -f ${to}`),
      ],
    },
  ];

  function create(name: string, file: string, line: (to: string) => string): Contender {
    return { name, run: (round) => line(at(file, round)), output: (round) => at(file, round) };
  }
}
