import { chmod, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCleanup, type Cleanup } from "./cleanup.ts";
import { installClient } from "./client.ts";
import { freePort } from "./gateway.ts";
import type { Installation } from "./installation.ts";
import { startMockModel, type MockModel } from "./mock-model.ts";
import { buildOcbak, type Caller, type Ocbak } from "./ocbak.ts";
import { addUser, type TestUser } from "./user.ts";
import { timed } from "./timing.ts";

/** All that the end-to-end test stands on: a scratch folder, two users, a model, both programs. */
export interface World extends AsyncDisposable {
  readonly model: MockModel;
  readonly ocbak: Ocbak;
  /** Who had the installation. */
  readonly before: Caller & { readonly user: TestUser };
  /** Who gets it. */
  readonly after: Caller & { readonly user: TestUser };
  readonly root: Caller;
  /** Folder of the user `before` for archives and keys, open to root. */
  readonly archives: string;
  installation(user: TestUser, home: string): Installation;
}

export async function openWorld(): Promise<World> {
  if (process.getuid?.() !== 0) throw new Error("npm run e2e needs root: it makes users and changes owners");
  await using stack = new AsyncDisposableStack();
  const cleanup = stack.use(startCleanup());
  const client = await timed("install OpenClaw, or find it", () => installClient(cleanup));
  const scratch = await makeScratch(cleanup);
  const before = await addUser("before", join(scratch, "home/before"), cleanup);
  const after = await addUser("after", join(scratch, "home/after"), cleanup);
  const model = stack.use(await startMockModel());
  const main = await timed("build ocbak", () => buildOcbak(join(scratch, "ocbak")));
  const port = await freePort();
  const rest = stack.move();
  return {
    model,
    ocbak: { node: client.node, main, path: `${client.bin}:/usr/bin:/bin` },
    before: { user: before, home: before.home },
    after: { user: after, home: after.home },
    root: { home: join(scratch, "root") },
    archives: join(scratch, "archives"),
    installation: (user, home) => ({ client, user, home, tmp: join(scratch, "tmp"), port }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function makeScratch(cleanup: Cleanup): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "ocbak-e2e-"));
  cleanup.folder(scratch);
  await chmod(scratch, 0o755);
  const modes = { home: 0o755, root: 0o700, tmp: 0o1777, archives: 0o1777 };
  for (const [name, mode] of Object.entries(modes)) {
    await mkdir(join(scratch, name));
    await chmod(join(scratch, name), mode);
  }
  return scratch;
}
