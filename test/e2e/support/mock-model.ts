import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const ChatRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
});
type ChatRequest = z.infer<typeof ChatRequest>;

/** An OpenAI-compatible model on loopback whose answers are known beforehand. */
export interface MockModel extends AsyncDisposable {
  /** Base address, ending in `/v1`. */
  readonly url: string;
  /** All that was sent with the last chat request, as JSON text: what the agent remembers is in it. */
  lastRequest(): string;
  /** Lets the next answer take several seconds. Resolves when it has begun; rejects after two minutes. */
  dawdle(): Promise<void>;
}

/** The answer to every message. */
export const ANSWER = "All is well here.";
const SLOW_PIECES = 40;
const SLOW_PAUSE_MS = 200;

export async function startMockModel(): Promise<MockModel> {
  let last = "";
  let slow = false;
  const server = createServer((request, response) => {
    void serve(request, response, (chat) => {
      last = JSON.stringify(chat);
      if (slow) server.emit("dawdling");
      const pieces = slow ? SLOW_PIECES : 1;
      slow = false;
      return pieces;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    lastRequest: () => last,
    async dawdle() {
      slow = true;
      await once(server, "dawdling", { signal: AbortSignal.timeout(120_000) });
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (chat: ChatRequest) => number,
): Promise<void> {
  const body = await text(request);
  if (!(request.url ?? "").endsWith("/chat/completions")) {
    json(response, { object: "list", data: [{ id: "mock-1", object: "model" }] });
    return;
  }
  const chat = ChatRequest.parse(JSON.parse(body));
  const pieces = answer(chat);
  await (chat.stream === true ? streamAnswer(response, chat, pieces) : json(response, wholeAnswer(chat)));
}

async function streamAnswer(response: ServerResponse, chat: ChatRequest, pieces: number): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (choice: object, more: object = {}) => {
    const chunk = { ...frame(chat, "chat.completion.chunk"), choices: [{ index: 0, ...choice }], ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ delta: { role: "assistant", content: "" }, finish_reason: null });
  for (let piece = 0; piece < pieces; piece += 1) {
    send({ delta: { content: ANSWER }, finish_reason: null });
    if (pieces > 1) await sleep(SLOW_PAUSE_MS);
  }
  send({ delta: {}, finish_reason: "stop" }, { usage: USAGE });
  response.end("data: [DONE]\n\n");
}

const USAGE = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };

function wholeAnswer(chat: ChatRequest): object {
  const message = { role: "assistant", content: ANSWER };
  return {
    ...frame(chat, "chat.completion"),
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage: USAGE,
  };
}

function frame(chat: ChatRequest, object: string): object {
  return { id: "chatcmpl-mock", object, created: 1, model: chat.model };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function json(response: ServerResponse, body: object): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}
