import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { start } from "./command.ts";
import { openclaw, type Installation } from "./installation.ts";

/** A gateway that answers. */
export interface Gateway {
  /** All it has printed so far. */
  log(): string;
  /** What `/healthz` says right now, as JSON; undefined when nobody answers. */
  health(): Promise<unknown>;
  stop(): Promise<void>;
  /** Gives it no time to tidy up. */
  kill(): Promise<void>;
}

const START_TIMEOUT_MS = 240_000;
const STOP_GRACE_MS = 30_000;

/** Runs the real gateway on loopback and waits until it says it is live. */
export async function startGateway(installation: Installation): Promise<Gateway> {
  if ((await healthOf(installation.port)) !== undefined) throw new Error("another gateway still runs");
  const { timeoutMs: _, ...command } = openclaw(installation, "gateway", "run");
  const process = start(command);
  const health = () => healthOf(installation.port);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while ((await health()) === undefined) {
    if (process.exited() || Date.now() > deadline) {
      await process.stop(0);
      throw new Error(`the gateway did not come up\n${process.output()}`);
    }
    await sleep(200);
  }
  return {
    log: process.output,
    health,
    stop: async () => void (await process.stop(STOP_GRACE_MS)),
    kill: process.kill,
  };
}

/** A port of loopback nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function healthOf(port: number): Promise<unknown> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) });
    return await answer.json();
  } catch {
    return undefined;
  }
}
