/** The limits of the specification (§ Limits). Numbers of bytes unless said otherwise. */
export const limits = {
  /** Bytes of an entry path, with its root id. */
  pathBytes: 4096,
  /** Bytes of one component of an entry path: what every common file system takes. */
  componentBytes: 255,
  /** Components of an entry path. */
  depth: 256,
  /** Bytes of a link target. */
  targetBytes: 4096,
  /** Bytes of one line of an index or inventory, line feed included. */
  lineBytes: 64 * 1024,
  /** Bytes of an owner's name. */
  ownerNameBytes: 255,
  /** Bytes of a status's reason. */
  reasonBytes: 4096,
  /** Entries of a section. */
  entries: 20_000_000,
  manifestBytes: 1024 * 1024,
  checksumsBytes: 1024 * 1024,
  signatureBytes: 16 * 1024,
  /** Bytes of section.json with its tar header. */
  sectionHeaderBytes: 4 * 1024 * 1024,
  closeBytes: 512,
  endBytes: 512,
  /** Bytes of inventory.jsonl and of index.jsonl: what the size field of a tar header holds. */
  controlBytes: 0o77777777777,
  /** Nesting of JSON values. */
  jsonDepth: 32,
  /** Segments of a section, the age header not counted. */
  segments: 999_999,
  /** Members of optional extensions. */
  extensionMembers: 10_000,
  /** The segment size a writer may choose. */
  segmentBytesMin: 64 * 1024,
  segmentBytesMax: 64 * 1024 * 1024,
  /** Decoded bytes of one frame that a reader accepts. */
  frameBytes: 8 * 1024 * 1024,
  /** Stored bytes of one frame that a reader accepts: what does not compress is little longer than its content. */
  frameStoredBytes: 8 * 1024 * 1024 + 128 * 1024 + 1024,
  /** Decoded bytes of a section: what a reader may be made to decode is known, and bounded, before it begins. */
  tarBytes: 2 ** 44,
  /** Frames of a section. */
  frames: 16_000_000,
  /** From the first byte of the age header's member to the first byte of the next segment's member. */
  headerRegionBytes: 64 * 1024,
  /** scrypt work factor (log2 N) that a reader accepts, and that a writer uses. */
  scryptLogNMax: 20,
  scryptLogN: 18,
} as const;
