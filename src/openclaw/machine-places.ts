/**
 * What lies in a state dir and belongs to the machine: `install-cli.sh` has `~/.openclaw` as its default prefix, so the
 * program itself, its Node and its packages are there. A restore that puts the state dir aside leaves them in use.
 */
export const machinePlaces: readonly string[] = [
  "bin",
  "lib",
  "lib/node_modules",
  "node-runtime",
  "npm",
  "npm-runtime",
  "tools",
];
