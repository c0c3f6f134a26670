import { type EntryPath, textOf } from "../format/entry-path.ts";

/** Devices in every folder, with any ending (https://learn.microsoft.com/windows/win32/fileio/naming-a-file). */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:[ .].*)?$/i;
const forbidden = new Set('<>:"\\|?*');

/**
 * Why Windows would take a path for something else, or not at all (threats A10): `a:b` is a stream of `a`, `a.` and `a `
 * are `a`, `nul.txt` is a device. Undefined where it takes it as it is.
 */
export function unfitForWindows(path: EntryPath): string | undefined {
  for (const bytes of path.split("/")) {
    const name = textOf(bytes);
    if (name === undefined) return "it is no UTF-8";
    if (device.test(name)) return "it names a device";
    if (Array.from(name).some((char) => char < " " || forbidden.has(char)))
      return "it holds a character that Windows does not take in names";
    if (/[. ]$/.test(name)) return "it ends in a dot or space, which Windows drops";
  }
  return undefined;
}
