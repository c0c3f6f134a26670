/**
 * What `openclaw doctor` said, a box or a line of its own each, without frames, line breaks and the home's place: so that what it
 * says of an installation here can be held against what it said of it there.
 */
export function complaintsIn(output: string, home: string): Set<string> {
  const complaints: string[][] = [];
  let isOpen = false;
  for (const line of output.split("\n")) {
    const isTitle = line.startsWith("◇");
    if (isTitle || !(isOpen && line.startsWith("│"))) complaints.push([]);
    if (isTitle) isOpen = true;
    else if (!line.startsWith("│")) isOpen = false;
    complaints.at(-1)!.push(line.replaceAll(/^[\s│┌├└◇─]+|[\s│╮╯─]+$/g, ""));
  }
  const texts = complaints.map((lines) => lines.filter(Boolean).join(" ").replaceAll(home, "~"));
  // How long something took tells of this machine, not of the installation.
  return new Set(texts.filter((text) => text !== "" && !/^\[[\w/-]+\] slow /.test(text)));
}
