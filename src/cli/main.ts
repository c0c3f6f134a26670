#!/usr/bin/env node
// No static imports: they would be loaded before the check below, and an older Node dies of `node:sqlite` there.

/** The `engines` of package.json, as a test holds them together. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const supported = (major === 24 && minor >= 16) || (major === 26 && minor >= 1) || major > 26;

const first = process.argv[2] ?? "";

/** Commands that need little memory as it is: a small heap costs `ls` of 60,000 files a third more CPU time. */
const looking = new Set(["cat", "inspect", "ls"]);
const uses = new Map<string, "reading" | "verification">([
  ["drill", "reading"],
  ["restore", "reading"],
  ["verify", "verification"],
]);

if (supported && ["-V", "--version"].includes(first)) {
  // Here, because commander would say the same after four times as long.
  const { printVersion } = await import("./package-version.ts");
  printVersion();
} else if (supported) {
  const { cacheCompiledCode } = await import("./compile-cache.ts");
  cacheCompiledCode();
  const heap = looking.has(first) ? undefined : await import("./heap.ts");
  heap?.prepareHeaps(uses.get(first) ?? "capture");
  const { main } = await import("./process.ts");
  process.exitCode = await main(heap?.prepareHeaps);
} else {
  process.stderr.write(
    `ocbak: error: this is Node ${process.versions.node}, and ocbak needs Node 24 (from 24.16 on) or 26 (from 26.1 on)\n`,
  );
  process.exitCode = 1;
}
