/**
 * Stands for a running gateway: holds a database open in WAL mode and writes a row every few milliseconds until its
 * standard input ends. Nothing is checkpointed, so that what is written stands in the `-wal` file alone.
 *
 * argv: the database. Prints `writing` once it does.
 */
import { DatabaseSync } from "node:sqlite";
import { setInterval } from "node:timers/promises";

const [, , file = ""] = process.argv;
const everyMs = 3;

let asked = false;
process.stdin.resume().once("end", () => (asked = true));

using db = new DatabaseSync(file);
db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF");
const insert = db.prepare("INSERT INTO diagnostic_events (at, event) VALUES (?, ?)");
for (let n = 0; n < 500; n++) write(n);
console.log("writing");

let n = 500;
for await (const _ of setInterval(everyMs)) {
  if (asked) break;
  write(n++);
}

function write(number: number): void {
  insert.run(Date.now(), JSON.stringify({ type: "agent.turn", number, text: "hello ".repeat(number % 40) }));
}
