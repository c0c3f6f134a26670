/** Checks whose absence no vector can show, each with its reason. Key: file name and statement. */
export const excused: ReadonlyMap<string, string> = new Map([
  [
    'canonical-json.ts: throw new FormatError("bad-json", `${what} is not canonical JSON`, { cause });',
    "without it the next statement refuses with the same code",
  ],
  [
    'entry-path.ts: if (!isRootId(components[0]!)) throw unsafe(path, "does not begin with a root id");',
    "the tree refuses a root that nothing declares, with the same code; the parser is for disks, too",
  ],
  [
    'frame.ts: throw new FormatError("bad-frame", "there is no zstd frame where one should be");',
    "the decoder refuses it with the same code",
  ],
  [
    'frame.ts: throw new FormatError( "limit-exceeded", `a frame holds ${contentBytes} bytes, more than ${limits.frameBytes}`, );',
    "the seek table, looked at before, bounds the same number",
  ],
  [
    'frame.ts: if (type === 3) throw new FormatError("bad-frame", "a zstd frame has a block of a reserved type");',
    "the decoder refuses it with the same code",
  ],
  [
    'frame.ts: throw new FormatError( "bad-frame", `a zstd frame holds ${content.length} bytes, not ${header.contentBytes}`, );',
    "the content size is stated, and the decoder holds it to that",
  ],
  [
    'frame.ts: throw new FormatError("bad-frame", "a zstd frame was not read to its end");',
    "the walk over its blocks ends elsewhere, with the same code",
  ],
  ["frame.ts: if (cause instanceof FormatError) throw cause;", "only wraps an error of the same code"],
  [
    "frame.ts: if (bytes.length < sizeAt + sizeBytes) return undefined;",
    "reading beyond the buffer is a refusal with the same code",
  ],
  [
    'index-check.ts: throw new FormatError("bad-tar", `the ${reader.name} section ends too early`);',
    "another check with the same code notices it, too",
  ],
  [
    'index-check.ts: throw new FormatError("limit-exceeded", "the section is larger than can be counted");',
    "needs a section of 2^53 bytes",
  ],
  [
    'index-reader.ts: if (lines > limits.entries) throw new FormatError("limit-exceeded", `${what} has too many lines`);',
    "needs 20,000,001 lines; close.json is held to the same number before",
  ],
  [
    'index-reader.ts: throw new FormatError("bad-tar", `index.jsonl of the ${section.name} section has a wrong header`);',
    "another check with the same code notices it, too",
  ],
  [
    "inner-tar.ts: if (size > limits.controlBytes) throw new RangeError(`${name} is larger than the format allows`);",
    "for writers",
  ],
  [
    'layout.ts: throw new FormatError("bad-signature", "the archive has a signature that its manifest does not announce");',
    "a signature is then held to no key, with the same code",
  ],
  ["aead.ts: if (sealed.length < tagBytes) return undefined;", "the lengths of chunks are checked before"],
  [
    'header.ts: throw new FormatError( "limit-exceeded", `the age header exceeds ${ageHeaderBytesMax} bytes: too many recipients`, );',
    "for writers",
  ],
  [
    'header.ts: if (keys.identities.length === 0) throw new FormatError("no-key", "this needs an identity, none was given");',
    "the library says the same of no identities",
  ],
  [
    'header.ts: if (parsed.headerBytes !== header.length) throw broken("is followed by something else");',
    "the layout notices it without the key, with the same code",
  ],
  [
    'passphrase.ts: if (passphrase.reveal() === "") throw new FormatError("bad-key", "the passphrase is empty");',
    "for writers",
  ],
  [
    "payload.ts: if (nonce.length !== nonceBytes) throw new RangeError(`a payload nonce has ${nonceBytes} bytes`);",
    "for programmers",
  ],
  [
    "payload.ts: if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`there is no chunk ${index}`);",
    "for programmers",
  ],
  ['payload.ts: if (this.#ended) throw new TypeError("the payload has ended");', "for writers"],
  [
    "payload.ts: if (!rightLength) throw badChunk(index, `has an impossible length of ${sealed.length} bytes`);",
    "a chunk of another length does not decrypt, with the same code",
  ],
  [
    "payload.ts: throw badChunk(count - 1, `has an impossible length of ${lastChunk} bytes`);",
    "a chunk of another length does not decrypt, with the same code",
  ],
  [
    'stanza.ts: throw new FormatError("limit-exceeded", `the age header exceeds ${ageHeaderBytesMax} bytes`);',
    "the layout bounds the member before",
  ],
  [
    'stanza.ts: throw broken("ends early");',
    "what is read beyond the end is no line of a header, with the same code",
  ],
  [
    'section-reader.ts: throw new FormatError("bad-seek-table", `the ${name} section is too short`);',
    "the footer that is not there is refused with the same code",
  ],
  [
    'section-reader.ts: throw new FormatError("bad-tar", `the ${name} section does not begin with section.json`);',
    "the walk over the whole section compares it again, with the same code",
  ],
  ['section.ts: throw new RangeError("section.json is larger than the format allows");', "for writers"],
  [
    'section.ts: if (bytes.length > limits.closeBytes) throw new RangeError("close.json is larger than the format allows");',
    "for writers",
  ],
  [
    'section.ts: if (bytes.length > limits.closeBytes) throw new FormatError("limit-exceeded", `${what} is too long`);',
    "the last frame, looked at before, bounds it",
  ],
  [
    'seek-table.ts: throw new FormatError("limit-exceeded", `a section decodes to ${this.contentBytes} bytes`);',
    "needs a table of 2,097,153 frames: test/format/strictness.test.ts has it",
  ],
  [
    "ssh-wire.ts: if (end > this.#bytes.length) throw this.#cutShort();",
    "another check with the same code notices it, too",
  ],
  [
    'sshsig.ts: throw bad("is not an Ed25519 one");',
    "what is encoded again and compared differs, with the same code",
  ],
  ["tail.ts: if (!(cause instanceof FormatError)) throw cause;", "passes on errors of the disk"],
  ["tail.ts: throw cause;", "passes on errors of the disk"],
  [
    'tail.ts: throw new FormatError("unbound", "end names another archive than its header", { place: { offset } });',
    "the next member is of another archive than `end`, with the same code",
  ],
  [
    'tar-cursor.ts: if (this.#next >= this.#reader.frames.length) throw this.#wrong("the end");',
    "another check with the same code notices it, too",
  ],
  [
    'unsealed-stream.ts: throw new FormatError("bad-frame", "the sealed section ends too early");',
    "the seek table is held to the stream's length before",
  ],
  [
    'walk.ts: throw new FormatError( "bad-tar", `the entries of the ${proved.reader.name} section do not end where they should`, );',
    "the index is held to the same end before, with the code bad-index",
  ],
  [
    'walk.ts: if (digest.digest("hex") !== line.sha256) throw mismatch(line, proved.reader.name);',
    "for reading one file alone: test/backup and test/cli change one",
  ],
  [
    'walk.ts: throw new FormatError("limit-exceeded", `${what} has a line that is too long`);',
    "bounds memory; the line is refused with the same code once it is all there",
  ],
  [
    'walk.ts: if (held.length > 0) throw new FormatError("bad-index", `${what} does not end with a line feed`);',
    "the entry is then missing in the inventory, with the same code",
  ],
]);
