import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { NotifyError } from "../../src/notify/errors.ts";
import { type Ping, sendPing } from "../../src/notify/pings.ts";
import { answers, serverThat } from "../support/ping-server.ts";

const runId = "0e9cd7a4-0c1f-4c6e-9a52-0d8f3f1f3a11";
const secretPath = "/ping/5ecret-uu1d-0123456789";

/** Sends one with no time to lose: what it waited before each further attempt, and what it failed with. */
async function send(
  url: string,
  options: Partial<Ping> = {},
): Promise<{ waited: number[]; error?: NotifyError }> {
  const waited: number[] = [];
  const ping = {
    url,
    runId,
    body: "ocbak run: done\n",
    timeoutMs: 5_000,
    delaysMs: [1_000, 5_000],
    ...options,
  };
  try {
    await sendPing(ping, { fetch, sleep: async (ms) => waited.push(ms) });
    return { waited };
  } catch (error) {
    return { waited, error: error as NotifyError };
  }
}

describe("a ping", () => {
  it("is a POST with the summary as body and the run's id as `rid`", async () => {
    const { origin, seen } = await serverThat(answers(200));
    expect(await send(`${origin}${secretPath}/start?create=1`)).toEqual({ waited: [] });
    const url = `${secretPath}/start?create=1&rid=${runId}`;
    expect(seen).toEqual([{ method: "POST", url, body: "ocbak run: done\n", authorization: undefined }]);
  });

  it.each([
    ["an error of the server", [500, 503, 200], 3],
    ["too many calls", [429, 200], 2],
    ["a time-out told by the server", [408, 200], 2],
  ])("is sent again after %s, each time a while later", async (_what, statuses, calls) => {
    const { origin, seen } = await serverThat(answers(...statuses));
    expect(await send(origin + secretPath)).toEqual({ waited: [1_000, 5_000].slice(0, calls - 1) });
    expect(seen).toHaveLength(calls);
  });

  it.each([
    ["that has trouble all the time", [500], 3, "it answered 500"],
    ["that refuses it", [403], 1, "it answered 403"],
    ["that knows no such address", [404], 2, "it answered 404"],
  ])("fails with a service %s", async (_what, statuses, calls, why) => {
    const { origin, seen } = await serverThat(answers(...statuses));
    const { error } = await send(origin + secretPath);
    expect(error).toMatchObject({ code: "ping-failed", message: `telling ${origin} failed: ${why}` });
    expect(seen).toHaveLength(calls);
  });

  it.each([404, 405, 501])("is a GET for a service that answers POST with %d", async (status) => {
    const { origin, seen } = await serverThat(answers(status, 200));
    expect(await send(origin + secretPath)).toEqual({ waited: [] });
    expect(seen.map(({ method, body }) => [method, body.length > 0])).toEqual([
      ["POST", true],
      ["GET", false],
    ]);
  });

  it("gives up a service that takes the call and never answers, after its time, and tries again", async () => {
    const { origin, seen } = await serverThat(() => {});
    const { error, waited } = await send(origin + secretPath, { timeoutMs: 60, delaysMs: [7] });
    expect(error).toMatchObject({ message: `telling ${origin} failed: no answer within 0.06 s` });
    expect([waited, seen.length]).toEqual([[7], 2]);
  });

  it("is given up at once where it is aborted, amid a call or before the next one", async () => {
    const calls = await serverThat(() => {});
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 30);
    const during = await send(calls.origin + secretPath, { signal: abort.signal });
    expect(during.error?.message).toBe(`telling ${calls.origin} failed: it was interrupted`);
    const trouble = await serverThat(answers(500));
    const before = await send(trouble.origin + secretPath, { signal: abort.signal });
    expect([before.error?.code, calls.seen.length, trouble.seen.length]).toEqual(["ping-failed", 1, 0]);
  });

  it("does not sleep on where it is aborted between two attempts", async () => {
    const abort = new AbortController();
    const { origin, seen } = await serverThat((_request, response) => {
      response.writeHead(500).end();
      setTimeout(() => abort.abort(), 20);
    });
    const ping = {
      url: origin,
      runId,
      body: "",
      timeoutMs: 5_000,
      delaysMs: [3_600_000],
      signal: abort.signal,
    };
    await expect(sendPing(ping)).rejects.toMatchObject({ code: "ping-failed" });
    expect(seen).toHaveLength(1);
  });

  it("is content with the status of a service that never ends its answer", async () => {
    const { origin } = await serverThat((_request, response) => void response.writeHead(200).write("half"));
    expect(await send(origin + secretPath)).toEqual({ waited: [] });
  });

  it("waits for a slow service within its time", async () => {
    const { origin } = await serverThat(
      (_request, response) => void setTimeout(() => response.writeHead(200).end(), 50),
    );
    expect(await send(origin + secretPath)).toEqual({ waited: [] });
  });

  it("tries again where nobody listens, and says so by the system's code", async () => {
    const { origin, port } = await serverThat(() => {});
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, "127.0.0.1", done));
    const free = (closed.address() as AddressInfo).port;
    await new Promise((done) => closed.close(done));
    const { error, waited } = await send(origin.replace(`${port}`, `${free}`) + secretPath);
    expect([error?.message, waited.length]).toEqual([
      `telling http://127.0.0.1:${free} failed: ECONNREFUSED`,
      2,
    ]);
  });

  it.each([
    [307, "POST"],
    [308, "POST"],
    [301, "GET"],
    [303, "GET"],
  ])("follows a service to another address of the same host: %d by %s", async (status, method) => {
    const { origin, seen } = await serverThat((_request, response, call) => {
      if (call === 1) response.writeHead(status, { location: "/elsewhere" }).end();
      else response.writeHead(200).end();
    });
    expect(await send(origin + secretPath)).toEqual({ waited: [] });
    expect(seen[1]).toMatchObject({ method, url: "/elsewhere" });
  });

  it("follows to no other host", async () => {
    const other = await serverThat(answers(200));
    const { origin, seen } = await serverThat((_request, response) =>
      response.writeHead(307, { location: `http://localhost:${other.port}${secretPath}` }).end(),
    );
    const { error } = await send(origin + secretPath);
    expect(error).toMatchObject({ code: "ping-failed", message: expect.stringContaining("another host") });
    expect([seen.length, other.seen.length]).toEqual([1, 0]);
  });

  it("does not go round in circles", async () => {
    const { origin, seen } = await serverThat((_request, response) =>
      response.writeHead(307, { location: secretPath }).end(),
    );
    const { error } = await send(origin + secretPath);
    expect([error?.code, seen.length]).toEqual(["ping-failed", 5]);
  });

  it("takes user and password of an address into the header", async () => {
    const { origin, seen } = await serverThat(answers(200));
    await send(`${origin.replace("//", "//me:p%40ss@")}${secretPath}`);
    expect(seen[0]!.authorization).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
  });

  it.each([
    ["a refusal", answers(403)],
    ["trouble", answers(500)],
    [
      "a redirect",
      (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(302, { location: "http://other.invalid/secret-2" }).end(),
    ],
    ["a cut connection", (request: IncomingMessage) => void request.socket.destroy()],
  ])("never shows the address but its origin after %s", async (_what, behave) => {
    const { origin } = await serverThat(behave);
    const { error } = await send(`${origin.replace("//", "//me:pa55w0rd@")}${secretPath}?key=5ecret`);
    expect(error).toBeInstanceOf(NotifyError);
    const shown = `${error!.stack} ${String(error!.cause)} ${error!.hint} ${JSON.stringify(error)}`;
    expect(shown).toContain(origin);
    expect(shown).not.toMatch(/5ecret|pa55w0rd|secret-2/);
  });
});
