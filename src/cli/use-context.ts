import type { Context } from "../backup/context.ts";
import type { Call } from "./command.ts";
import { noticeLine } from "./output.ts";
import { progressFor } from "./progress.ts";

/** Runs a use case in the context it asks for, and takes the bar down again however it ends. */
export async function withContext<T>(call: Call, use: (context: Context) => Promise<T>): Promise<T> {
  const { io } = call;
  const bar = await progressFor(call);
  const context = { ...io, progress: bar.progress, notice: (line: string) => bar.say(noticeLine(line)) };
  try {
    return await use(context);
  } finally {
    bar.progress.finish();
  }
}
