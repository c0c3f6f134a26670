import { CodedError } from "../system/errors.ts";

/** What can be wrong with ocbak's own settings. */
export type ConfigErrorCode = "unreadable-config" | "invalid-config";

export class ConfigError extends CodedError<ConfigErrorCode> {
  override readonly name = "ConfigError";
}
