import http from "node:http";

/** Who answers on a port of this machine: a gateway, some other program, or nobody. */
export type PortAnswer = "gateway" | "other" | "nobody";

const patienceMs = 1500;
const answerBytesMax = 4096;

/** Asks for `/healthz`, which a gateway answers without a token. Says nothing of whose gateway it is. */
export function askGatewayPort(port: number): Promise<PortAnswer> {
  return new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/healthz", agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
        if (body.length > answerBytesMax) request.destroy();
      });
      response.on("end", () => resolve(isHealth(body) ? "gateway" : "other"));
      response.on("error", () => resolve("other"));
    });
    request.setTimeout(patienceMs, () => request.destroy());
    request.on("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "ECONNREFUSED" ? "nobody" : "other"),
    );
  });
}

function isHealth(body: string): boolean {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === "object" && answer !== null && "ok" in answer && "status" in answer;
  } catch {
    return false;
  }
}
