// Runs the disk half of a restore in a process of its own: `node restore-child.ts SPEC`, SPEC being JSON. With `asUser` it
// gives up root first (after its modules are loaded, so that a checkout below /root will do), with `killAt` it dies by
// SIGKILL after that many calls of the writer, with `killAtStep` before that step of the promotion, -1
// being the moment when all of them are done.
import { DiskError } from "../../src/disk/errors.ts";
import { restore, type RestoreSpec } from "./restore.ts";

export interface ChildSpec extends Omit<RestoreSpec, "each" | "now" | "beforeStep" | "afterSteps"> {
  readonly asUser?: number;
  readonly killAt?: number;
  readonly killAtStep?: number;
}

const spec = JSON.parse(process.argv[2]!) as ChildSpec;
if (spec.asUser !== undefined) {
  process.setgroups!([]);
  process.setgid!(spec.asUser);
  process.setuid!(spec.asUser);
}

function dieAt(wanted: number | undefined, now: number): void {
  if (now === wanted) process.kill(process.pid, "SIGKILL");
}

try {
  const restored = await restore({
    ...spec,
    each: (count) => dieAt(spec.killAt, count),
    beforeStep: async (_, index) => dieAt(spec.killAtStep, index),
    afterSteps: () => dieAt(spec.killAtStep, -1),
  });
  console.log(JSON.stringify({ targets: restored.targets }));
} catch (error) {
  const code = error instanceof DiskError ? error.code : String(error);
  console.log(JSON.stringify({ code, message: String(error) }));
}
