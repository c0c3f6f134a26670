// `node live-writer.ts agent|third-party DATABASE`: a committed transaction every 5 milliseconds until it is killed. Prints a
// line once it has begun. `agent` adds to the transcript of a real agent's database, `third-party` makes a database of its own,
// LIVE_WRITER_ROWS of 4 KB with an index, updates 50 of them at random, and has SQLite write the log back all the time.
import { DatabaseSync } from "node:sqlite";

const [kind, path = ""] = process.argv.slice(2);
const everyMs = 5;
const database = new DatabaseSync(path);
database.exec("PRAGMA journal_mode=WAL; PRAGMA busy_timeout=5000; PRAGMA synchronous=NORMAL");

function agent(): () => void {
  const session = database.prepare("SELECT session_id FROM session_windows LIMIT 1").get()!["session_id"]!;
  const last = database.prepare(
    "SELECT coalesce(max(seq), 0) AS seq FROM trajectory_runtime_events WHERE session_id = ?",
  );
  let seq = Number(last.get(session)!["seq"]);
  const insert = database.prepare(
    "INSERT INTO trajectory_runtime_events (session_id, seq, run_id, event_json, created_at) VALUES (?, ?, 'w', ?, ?)",
  );
  const body = JSON.stringify({ x: "y".repeat(20_000) });
  return () => void insert.run(session, (seq += 1), body, Date.now());
}

function thirdParty(): () => void {
  const rows = Number(process.env["LIVE_WRITER_ROWS"]);
  database.exec("PRAGMA wal_autocheckpoint=200");
  if (database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) fill(rows);
  const update = database.prepare("UPDATE t SET k = ?, body = ? WHERE id = ?");
  let count = 0;
  return () => {
    database.exec("BEGIN; UPDATE commits SET n = n + 1");
    const body = String.fromCharCode(97 + ((count += 1) % 26)).repeat(4000);
    for (let n = 0; n < 50; n += 1)
      update.run(Math.random().toString(36), body, 1 + Math.floor(Math.random() * rows));
    database.exec("COMMIT");
  };
}

function fill(rows: number): void {
  database.exec(`BEGIN;
    CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT, body TEXT);
    CREATE INDEX ik ON t (k);
    CREATE TABLE commits (n INTEGER);
    INSERT INTO commits VALUES (0)`);
  const insert = database.prepare("INSERT INTO t (k, body) VALUES (?, ?)");
  for (let n = 0; n < rows; n += 1) insert.run(Math.random().toString(36), "z".repeat(4000));
  database.exec("COMMIT");
}

const write = kind === "agent" ? agent() : thirdParty();
write();
console.log("on");
setInterval(write, everyMs);
