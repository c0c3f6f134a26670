/** A job of counting-worker.ts. */
export interface CountJob {
  readonly name: string;
  readonly to: number;
  readonly waitMs?: number;
  readonly fails?: boolean;
  readonly dies?: boolean;
}
