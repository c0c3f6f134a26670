import { rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installClient } from "./client.ts";
import { killAll } from "./command.ts";
import { freePort } from "./gateway.ts";
import type { Installation } from "./installation.ts";
import { startMockModel, type MockModel } from "./mock-model.ts";
import { buildOcbak, type Caller, type Ocbak } from "./ocbak.ts";
import { addUser, removeUser, type TestUser } from "./user.ts";
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
  const client = await timed("install OpenClaw, or find it", installClient);
  await using stack = new AsyncDisposableStack();
  const scratch = await makeScratch(stack);
  const before = await makeUser(stack, "before", join(scratch, "home/before"));
  const after = await makeUser(stack, "after", join(scratch, "home/after"));
  atTheEnd(stack, killAll);
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

// Also when the test is interrupted: synchronous, so that it can be done while the process exits.
function atTheEnd(stack: AsyncDisposableStack, cleanUp: () => void): void {
  process.prependListener("exit", cleanUp);
  stack.defer(() => {
    process.off("exit", cleanUp);
    cleanUp();
  });
}

async function makeUser(stack: AsyncDisposableStack, label: string, home: string): Promise<TestUser> {
  const user = await addUser(label, home);
  atTheEnd(stack, () => removeUser(user));
  return user;
}

async function makeScratch(stack: AsyncDisposableStack): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "ocbak-e2e-"));
  atTheEnd(stack, () => rmSync(scratch, { recursive: true, force: true }));
  await makeFolders(scratch);
  return scratch;
}

async function makeFolders(scratch: string): Promise<void> {
  await chmod(scratch, 0o755);
  await mkdir(join(scratch, "home"));
  await mkdir(join(scratch, "root"), { mode: 0o700 });
  for (const open of ["tmp", "archives"]) {
    await mkdir(join(scratch, open));
    await chmod(join(scratch, open), 0o1777);
  }
}
