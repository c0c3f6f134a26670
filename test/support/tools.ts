import { spawnSync } from "node:child_process";

/** True where all of these programs run. Says loudly what goes untested without them, and throws where they must be there. */
export function hasTools(
  what: string,
  ...tools: readonly (readonly [program: string, argument: string])[]
): boolean {
  const missing = tools
    .filter(([program, argument]) => spawnSync(program, [argument]).status !== 0)
    .map(([program]) => program);
  if (missing.length === 0) return true;
  const line = `${missing.join(", ")} not installed: ${what} is NOT TESTED`;
  if (process.env["OCBAK_REQUIRE_TOOLS"] === "1") throw new Error(line);
  console.warn(line);
  return false;
}

/** True for GNU tar: other programs go by the name `tar`, too. */
export function isGnuTar(): boolean {
  return /GNU tar/.test(spawnSync("tar", ["--version"], { encoding: "utf8" }).stdout ?? "");
}
