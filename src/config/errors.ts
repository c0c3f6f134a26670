/** What can be wrong with ocbak's own settings. */
export type ConfigErrorCode = "unreadable-config" | "invalid-config";

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly hint: string | undefined;

  constructor(code: ConfigErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}
