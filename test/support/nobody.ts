import { execFileSync } from "node:child_process";

/** Only root can show what happens to a user without permission. */
export const canBecomeNobody = process.getuid?.() === 0;

/** Runs a program (an ES module) as an ordinary user and returns what it printed. `argument` is `process.argv[1]`. */
export function runAsNobody(program: string, argument: string): string {
  const user = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const node = [process.execPath, "--input-type=module", "-e", program, argument];
  return execFileSync("setpriv", [...user, ...node], { encoding: "utf8" });
}
