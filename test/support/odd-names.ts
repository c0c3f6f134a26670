/** Names that every file system here takes and that trip programs up. Byte strings. */
export const oddNames: readonly string[] = [
  "b\xff\xfe.txt",
  "back\\slash",
  "line\nfeed",
  "\x1b[31mred",
  // The same letter in one character and in two: NFC and NFD.
  "caf\xc3\xa9",
  "cafe\xcc\x81",
  "Makefile",
  "makefile",
  "n".repeat(255),
  "-dash",
  " space ",
  "*glob?[x]{a,b}!",
  "a:b",
  "CON.txt",
  "trailing.",
];
