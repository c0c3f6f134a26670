/** What can be wrong with an OpenClaw installation as found. */
export type OpenClawErrorCode =
  | "no-installation"
  | "unknown-profile"
  | "bad-profile-name"
  | "bad-config"
  | "gateway-command-failed"
  | "gateway-running"
  | "openclaw-older";

export class OpenClawError extends Error {
  override readonly name = "OpenClawError";
  readonly code: OpenClawErrorCode;
  readonly hint: string | undefined;

  constructor(code: OpenClawErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
