/** What a reader can find wrong with an archive; one code, one defect. The specification lists them (§ Outcomes). */
export type FormatErrorCode =
  // not-an-archive
  | "not-an-archive"
  // unsupported
  | "newer-format"
  | "unknown-critical"
  // partial
  | "truncated"
  | "part-missing"
  // damaged
  | "bad-header"
  | "bad-member"
  | "bad-json"
  | "bad-schema"
  | "digest-mismatch"
  | "bad-age-header"
  | "bad-chunk"
  | "bad-frame"
  | "bad-seek-table"
  | "bad-tar"
  | "bad-index"
  | "trailing-data"
  // unsafe
  | "unsafe-path"
  | "unsafe-link"
  | "duplicate-path"
  | "limit-exceeded"
  // unbound
  | "unbound"
  | "bad-signature"
  | "no-signature"
  // keys
  | "no-key"
  | "bad-key"
  | "mixed-recipients";

/** The verdicts of a reader that refuses, in the words of the specification. */
export type RefusalVerdict = "not-an-archive" | "unsupported" | "partial" | "damaged" | "unsafe" | "unbound";

const verdicts = {
  "not-an-archive": "not-an-archive",
  "newer-format": "unsupported",
  "unknown-critical": "unsupported",
  truncated: "partial",
  "part-missing": "partial",
  "bad-header": "damaged",
  "bad-member": "damaged",
  "bad-json": "damaged",
  "bad-schema": "damaged",
  "digest-mismatch": "damaged",
  "bad-age-header": "damaged",
  "bad-chunk": "damaged",
  "bad-frame": "damaged",
  "bad-seek-table": "damaged",
  "bad-tar": "damaged",
  "bad-index": "damaged",
  "trailing-data": "damaged",
  "unsafe-path": "unsafe",
  "unsafe-link": "unsafe",
  "duplicate-path": "unsafe",
  "limit-exceeded": "unsafe",
  unbound: "unbound",
  "bad-signature": "unbound",
  "no-signature": "unbound",
  "no-key": undefined,
  "bad-key": undefined,
  "mixed-recipients": undefined,
} as const satisfies Record<FormatErrorCode, RefusalVerdict | undefined>;

/** Where in an archive a defect lies. Offsets and lengths are bytes of the archive file. */
export interface Place {
  readonly section?: string;
  readonly path?: string;
  readonly offset?: number;
  readonly length?: number;
}

/** The one error of the format layer: an archive, a key or an argument that does not fit the specification. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly code: FormatErrorCode;
  readonly place: Place;

  constructor(code: FormatErrorCode, message: string, options: ErrorOptions & { place?: Place } = {}) {
    super(message, options);
    this.code = code;
    this.place = options.place ?? {};
  }

  /** The verdict this defect leads to, or undefined where it says nothing about the archive (keys). */
  get verdict(): RefusalVerdict | undefined {
    return verdicts[this.code];
  }
}
