import { CodedError } from "../system/errors.ts";

/** What can be wrong with an OpenClaw installation as found. */
export type OpenClawErrorCode =
  | "no-installation"
  | "unknown-profile"
  | "bad-profile-name"
  | "bad-config"
  | "gateway-command-failed"
  | "gateway-running"
  | "openclaw-older";

export class OpenClawError extends CodedError<OpenClawErrorCode> {
  override readonly name = "OpenClawError";
}
