/** Who is told how a run went, as it was configured. */
export interface NotifySettings {
  /** Addresses to call, each a secret: when a run begins, … */
  readonly start?: string | undefined;
  /** … when it has ended well, … */
  readonly success?: string | undefined;
  /** … and when it has failed or its backup is incomplete. */
  readonly fail?: string | undefined;
  /** For the shell, for a run that failed or whose backup is incomplete. */
  readonly onFailure?: string | undefined;
  /** Absolute; ends in `.prom`. */
  readonly metricsFile?: string | undefined;
  /** Of one call of an address, and of the command; 10 s and a minute without it. */
  readonly timeoutMs?: number | undefined;
}
