/** A segment as far as it is here. */
export interface FoundSegment {
  readonly number: number;
  /** First byte of its content in the section's stored stream. */
  readonly streamOffset: number;
  /** First content byte in the file. */
  readonly offset: number;
  /** Content bytes it had when written. */
  readonly bytes: number;
  /** Of those, how many are here. */
  readonly presentBytes: number;
  /** From its name; undefined where the header is damaged and the place follows from the rest. */
  readonly sha256: string | undefined;
}

/** One whose header is here. */
export interface NamedSegment extends Omit<FoundSegment, "streamOffset"> {
  readonly headerOffset: number;
  readonly sha256: string;
}
