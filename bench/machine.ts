import { spawnSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import type { Tool } from "./jobs.ts";

/** What figures are worth nothing without. */
export interface About {
  readonly at: string;
  /** Of the sources; "-dirty" if they are changed since. */
  readonly commit: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function about(dir: string, tools: readonly Tool[], env: NodeJS.ProcessEnv): About {
  const said = (line: string) => spawnSync("bash", ["-c", line], { env, encoding: "utf8" }).stdout.trim();
  const fileSystem = said(`df --output=fstype ${dir} | tail -1`);
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const processor = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`;
  return {
    at: new Date().toISOString(),
    commit: said(`git -C ${import.meta.dirname} describe --always --dirty`),
    machine: `${processor}, ${memory}, ${fileSystem}, Linux ${release()}, Node ${process.versions.node}`,
    versions: Object.fromEntries(tools.map(({ name, version }) => [name, said(version)])),
  };
}
