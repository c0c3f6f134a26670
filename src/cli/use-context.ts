import type { Context } from "../backup/context.ts";
import type { Call } from "./command.ts";
import { warningLine } from "./output.ts";
import { progressFor } from "./progress.ts";

/** Runs a use case in the context it asks for, and takes the bar down again however it ends. */
export async function withContext<T>(call: Call, use: (context: Context) => Promise<T>): Promise<T> {
  const { io } = call;
  const bar = await progressFor(call);
  const context: Context = {
    now: io.now,
    env: io.env,
    cwd: io.cwd,
    osHomeDir: io.osHomeDir,
    hostname: io.hostname,
    platform: io.platform,
    uid: io.uid,
    gid: io.gid,
    signal: io.signal,
    progress: bar.progress,
    notice: (line) => bar.say(warningLine(line)),
  };
  try {
    return await use(context);
  } finally {
    bar.progress.finish();
  }
}
