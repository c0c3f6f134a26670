import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Removes what it was told of when disposed, and also when this process ends in any other way, even by SIGKILL. */
export interface Cleanup extends AsyncDisposable {
  /** Announces a user about to be made. */
  user(name: string): void;
  /** Announces a folder about to be filled. */
  folder(path: string): void;
}

export function startCleanup(): Cleanup {
  const program = fileURLToPath(new URL("janitor.ts", import.meta.url));
  // In a session of its own: Ctrl-C must not reach it.
  const janitor = spawn(process.execPath, [program], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const end = once(janitor, "exit");
  return {
    user: (name) => void janitor.stdin.write(`user ${name}\n`),
    folder: (path) => void janitor.stdin.write(`folder ${path}\n`),
    async [Symbol.asyncDispose]() {
      janitor.stdin.end();
      await end;
    },
  };
}
