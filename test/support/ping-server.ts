import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, call: number) => void;

/** A real server of this machine, which does as told and keeps what it was asked. */
export async function serverThat(behave: Behaviour): Promise<{ origin: string; port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const body = Buffer.concat(chunks).toString();
      seen.push({ method, url, body, authorization: headers.authorization });
      behave(request, response, seen.length);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, seen };
}

/** Answers with these, one after the other; the last one for ever. */
export const answers =
  (...statuses: readonly number[]): Behaviour =>
  (_request, response, call) =>
    response.writeHead(statuses[Math.min(call, statuses.length) - 1]!).end("OK");
