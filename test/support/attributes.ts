import { execFileSync } from "node:child_process";
import type { TestContext } from "vitest";

/** Gives files (byte strings) an extended attribute. Skips the test, saying so, where the file system has none. */
export function mark(context: TestContext, ...files: readonly string[]): void {
  for (const file of files) run(context, `setfattr -n user.ocbak -v 1 -- ${quoted(file)}`);
}

/** Gives files an ACL: one more user may read them. */
export function restrict(context: TestContext, ...files: readonly string[]): void {
  for (const file of files) run(context, `setfacl -m u:65534:rx -- ${quoted(file)}`);
}

function run(context: TestContext, command: string): void {
  try {
    // Through a shell that reads its script from a pipe: an argument cannot hold every byte.
    execFileSync("sh", { input: Buffer.from(command, "latin1"), stdio: ["pipe", "pipe", "pipe"] });
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr);
    if (!/not supported/i.test(said)) throw error;
    context.skip("the file system of the temporary directory has no extended attributes");
  }
}

function quoted(file: string): string {
  return `'${file.replaceAll("'", String.raw`'\''`)}'`;
}
