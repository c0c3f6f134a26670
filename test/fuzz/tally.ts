import type { Message } from "./work.ts";

const codes = [
  "not-an-archive",
  "newer-format",
  "unknown-critical",
  "truncated",
  "part-missing",
  "bad-header",
  "bad-member",
  "bad-json",
  "bad-schema",
  "digest-mismatch",
  "bad-age-header",
  "bad-chunk",
  "bad-frame",
  "bad-seek-table",
  "bad-tar",
  "bad-index",
  "trailing-data",
  "unsafe-path",
  "unsafe-link",
  "duplicate-path",
  "limit-exceeded",
  "unbound",
  "bad-signature",
  "no-signature",
  "no-key",
  "bad-key",
];

/** What came of all cases. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #steps = new Map<string, { cases: number; accepted: number }>();
  #cases = 0;
  #slowest = { number: 0, milliseconds: 0 };
  #peak = { number: 0, peakMiB: 0 };
  readonly #startedAt = Date.now();

  take(message: Extract<Message, { kind: "done" | "measured" }>): void {
    if (message.kind === "measured") {
      if (message.milliseconds > this.#slowest.milliseconds) this.#slowest = message;
      if (message.peakMiB > this.#peak.peakMiB) this.#peak = message;
      return;
    }
    this.#cases++;
    for (const [reader, code] of Object.entries(message.outcomes)) this.#count(reader, code);
    for (const step of message.steps) {
      const { cases, accepted } = this.#steps.get(step) ?? { cases: 0, accepted: 0 };
      const more = message.outcomes["full"] === "accepted" ? 1 : 0;
      this.#steps.set(step, { cases: cases + 1, accepted: accepted + more });
    }
  }

  #count(reader: string, code: string): void {
    const counts = this.#counts.get(reader) ?? new Map<string, number>();
    counts.set(code, (counts.get(code) ?? 0) + 1);
    this.#counts.set(reader, counts);
  }

  text(): string {
    const seconds = Math.round((Date.now() - this.#startedAt) / 1000);
    const reached = new Set([...this.#counts.values()].flatMap((counts) => [...counts.keys()]));
    const never = codes.filter((code) => !reached.has(code));
    return [
      `${this.#cases} cases in ${seconds} s`,
      ...[...this.#counts].map(([reader, counts]) => `  ${reader}: ${listed(counts)}`),
      `never: ${never.length === 0 ? "none, every code of the format occurred" : never.join(", ")}`,
      `changes: ${[...this.#steps]
        .map(([name, { cases, accepted }]) => `${name} ${cases}/${accepted}`)
        .sort()
        .join(", ")}`,
      `slowest: case ${this.#slowest.number}, ${Math.round(this.#slowest.milliseconds)} ms`,
      `peak: case ${this.#peak.number}, ${Math.round(this.#peak.peakMiB)} MiB`,
    ].join("\n");
  }
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`)
    .join(", ");
}
