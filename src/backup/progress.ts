/** Told how far a job is. The silent default lets the use cases call it without asking. */
export interface Progress {
  /** A phase begins: `label` for people, `totalBytes` of work, undefined while unknown. */
  start(label: string, totalBytes: number | undefined): void;
  advance(bytes: number): void;
  finish(): void;
}

export const silentProgress: Progress = { start() {}, advance() {}, finish() {} };
