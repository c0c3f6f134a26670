#!/usr/bin/env python3
"""A second reader of ocbak archives, written from spec/ocbak-v1.md alone. Python 3.9 and its standard library, `zstd`,
and with a key `age`; `ssh-keygen` where an archive is signed. For archives that fit into memory: it is short, not fast.

    reader.py [-i IDENTITY_FILE] [-q] ARCHIVE...

Prints one JSON object a line: the verdict, and the code and reason it refuses with, or the entries it has proved.
License: CC0 1.0.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from canonical import (
    ABSENT, CLOSE, END, INVENTORY, LINES, Refused, SAFE, SECTION, STATUSES, canonical, need, padded, parse, root_id,
    sha256, zero)
from container import File, control_header, entry_header, is_utf8, read_structure, ustar

VERDICTS = {
    "not-an-archive": "not-an-archive", "newer-format": "unsupported", "unknown-critical": "unsupported",
    "truncated": "partial", "part-missing": "partial", "unsafe-path": "unsafe", "unsafe-link": "unsafe",
    "duplicate-path": "unsafe", "limit-exceeded": "unsafe", "unbound": "unbound", "bad-signature": "unbound",
    "no-signature": "unbound", "no-key": None,
}


# § 6 Sections


def run(command, data, code, why):
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    need(done.returncode == 0, code, f"{why}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def frame_bytes(data, at, end, decoded):
    """§ 6.3: the length of the frame at `at`, all of whose header must be in the one form."""
    need(end - at >= 6 and data[at:at + 4] == b"\x28\xb5\x2f\xfd", "bad-frame", f"no frame at {at}")
    descriptor = data[at + 4]
    single, flag = descriptor >> 5 & 1, descriptor >> 6
    need(descriptor & 0x1F == 4, "bad-frame", "a frame header descriptor that is not allowed")
    width = [single, 2, 4, 8][flag]
    start = at + 6 - single
    need(start + width <= end, "bad-frame", "a frame header is cut")
    size = int.from_bytes(data[start:start + width], "little") + (256 if flag == 1 else 0)
    need(width > 0 and flag == (0 if size < 256 else 1 if size < 65792 else 2 if size < 2**32 - 1 else 3), "bad-frame",
         "a content size not in its shortest form")
    need(size <= 8388608, "limit-exceeded", "too large a frame")
    if not single:
        base = 2 ** (10 + (data[at + 5] >> 3))
        need(base + base // 8 * (data[at + 5] & 7) <= 8388608, "limit-exceeded", "too large a window")
    block, last = start + width, 0
    while not last:
        need(block + 3 <= end, "bad-frame", "a frame is cut")
        head = int.from_bytes(data[block:block + 3], "little")
        last, kind = head & 1, head >> 1 & 3
        need(kind != 3, "bad-frame", "a reserved block")
        block += 3 + (1 if kind == 1 else head >> 3)
    need(block + 4 == end, "bad-frame", f"a frame does not end where the table says: {block + 4}, {end}")
    need(size == decoded, "bad-seek-table", "a frame states another size than the table")


def unzstd(stream):
    """§§ 6.3, 6.4: the decoded stream and where its frames begin and end."""
    bad = "bad-seek-table"
    need(len(stream) >= 25, bad, "too short")
    word = lambda at: int.from_bytes(stream[at:at + 4], "little")
    n = word(len(stream) - 9)
    need(stream[-5] == 0 and word(len(stream) - 4) == 0x8F92EAB1, bad, "no seek table")
    need(n <= 16_000_000, "limit-exceeded", "too many frames")
    at = len(stream) - 17 - 8 * n
    need(n >= 3 and at >= 0 and word(at) == 0x184D2A5E and word(at + 4) == 8 * n + 9, bad, "a malformed seek table")
    table = [(word(at + 8 + 8 * i), word(at + 12 + 8 * i)) for i in range(n)]
    for stored, decoded in table:
        need(decoded <= 8388608 and stored <= 8520704, "limit-exceeded", "too large a frame")
        need(decoded > 0, bad, "an empty frame")
    need(sum(stored for stored, _ in table) == at, bad, "the table does not cover the stream")
    begin, borders = 0, [0]
    for stored, decoded in table:
        frame_bytes(stream, begin, begin + stored, decoded)
        begin, borders = begin + stored, [*borders, borders[-1] + decoded]
    tar = run(["zstd", "-dc"], stream[:at], "bad-frame", "zstd")
    need(len(tar) == borders[-1], "bad-frame", "frames decode to another size than they state")
    return tar, borders


def byte_string(line, key):
    plain, coded = line.get(key), line.get(key + "Hex")
    need((plain is None) != (coded is None), "bad-index", f"not exactly one of {key} and {key}Hex")
    if plain is not None:
        return plain.encode()
    need(not is_utf8(bytes.fromhex(coded)), "bad-index", f"{key}Hex holds UTF-8")
    return bytes.fromhex(coded)


def entry_path(data):
    need(len(data) <= 4096, "limit-exceeded", "a path is too long")
    parts = data.split(b"/")
    need(len(parts) <= 256, "limit-exceeded", "a path is too deep")
    need(all(len(part) <= 255 for part in parts), "limit-exceeded", "a component is too long")
    need(root_id(parts[0].decode("latin-1")), "unsafe-path", f"{data} has no root id")
    need(all(part not in (b"", b".", b"..") and b"\0" not in part for part in parts), "unsafe-path", f"{data}")
    return data


def split_lines(data, what):
    need(data == b"" or data.endswith(b"\n"), "bad-index", f"{what} does not end with a line feed")
    lines = data.split(b"\n")[:-1]
    need(all(len(line) < 65536 for line in lines), "limit-exceeded", f"{what} has a line that is too long")
    need(is_utf8(data), "bad-index", f"{what} is not UTF-8")
    return lines


def index_line(data):
    line = canonical(data, "an index line")
    absent = isinstance(line, dict) and "absent" in line
    kind = line.get("type") if isinstance(line, dict) else None
    check = ABSENT if absent else LINES.get(kind if isinstance(kind, str) else None, lambda _: False)
    need(check(line), "bad-schema", f"an index line does not fit its schema: {data[:200]}")
    out = {key: value for key, value in line.items() if key not in ("pathHex", "targetHex", "linkHex")}
    out["path"] = entry_path(byte_string(line, "path"))
    status, kind = line["status"], line["type"]
    if absent:
        excluded = status.startswith("excluded:")
        need(excluded or status in ("unreadable", "vanished", "moved"), "bad-index", f"absent and {status}")
        need(excluded or not {"entries", "size"} & set(line), "bad-index", "a measure of what is not excluded")
        return out
    if kind == "symlink":
        out["target"] = byte_string(line, "target")
        need(out["target"] != b"" and b"\0" not in out["target"], "unsafe-link", "a bad link target")
        need(len(out["target"]) <= 4096, "limit-exceeded", "a link target is too long")
    if kind == "hardlink":
        out["link"] = entry_path(byte_string(line, "link"))
    need(status in STATUSES[kind], "bad-index", f"a stored {kind} called {status}")
    if "validBytes" in line:
        need(status in ("changed", "unreadable") and line["validBytes"] < line["size"], "bad-index", "validBytes")
    return out


class Section:
    """§§ 6.3 to 6.6 of one section: structure, index and offsets. `walk` proves the rest."""

    def __init__(self, kind, stream, ties, plain_segments):
        self.kind = kind
        self.tar, borders = unzstd(stream)
        last = self.tar[borders[-2]:]
        size = self.size_at(last, 0, 512, "close.json")
        need(len(last) == 512 + padded(size) + 1024 and zero(last[512 + size:]), "bad-tar", "close.json")
        self.close = parse(last[512:512 + size], CLOSE[kind], "close.json")
        index = self.close["index"]
        self.index_at = index["offset"] - 512
        fits_in = index["offset"] + padded(index["bytes"]) == borders[-2] and self.index_at in borders[1:-2]
        need(fits_in, "bad-index", "the index is not where close.json says")
        if kind == "sealed":
            need(self.close["plainSegmentsSha256"] == plain_segments, "unbound", "another plain section")
        size = self.size_at(self.tar, 0, 4194304 - 512, "section.json")
        need(512 + padded(size) < self.index_at, "bad-tar", "section.json reaches beyond where it can")
        self.head = parse(self.tar[512:512 + size], SECTION[kind], "section.json")
        need({key: self.head[key] for key in ties} == ties, "unbound", f"{kind}: section.json")
        need(zero(self.tar[512 + size:512 + padded(size)]), "bad-tar", "section.json: padding")
        self.inventory_at = 512 + padded(size) + 512
        self.inventory_bytes = self.size_at(self.tar, self.inventory_at - 512, SAFE, "inventory.jsonl")
        self.lines = self.read_index(borders)
        self.place()

    def size_at(self, data, at, most, file):
        field = data[at + 124:at + 135]
        size = int(field, 8) if re.fullmatch(rb"[0-7]{11}", field) else -1
        code = "limit-exceeded" if file == "section.json" and size > most else "bad-tar"
        header = control_header(self.kind, file, size) if size >= 0 else b""
        need(0 <= size <= most and data[at:at + 512] == header, code, f"{self.kind}: no {file}")
        return size

    def read_index(self, borders):
        index, lines = self.close["index"], []
        start, end = index["offset"], index["offset"] + index["bytes"]
        need(self.tar[self.index_at:start] == control_header(self.kind, "index.jsonl", index["bytes"]), "bad-tar",
             "index.jsonl: header")
        for low, high in zip(borders, borders[1:-1]):
            if low >= self.index_at:
                need(high >= start, "bad-tar", "index.jsonl: its header is split")
                lines += split_lines(self.tar[max(low, start):min(high, end)], "a frame of the index")
        need(zero(self.tar[end:borders[-2]]), "bad-tar", "index.jsonl: padding")
        parsed = [index_line(line) for line in lines]
        same = len(lines) == self.close["entries"] and sha256(self.tar[start:end]) == index["sha256"]
        need(same, "digest-mismatch", "the index is not the one that close.json names")
        return parsed

    def place(self):
        at = self.inventory_at + padded(self.inventory_bytes)
        files = set()
        for line in self.lines:
            if "absent" in line:
                continue
            at += len(entry_header(line))
            if line["type"] == "hardlink":
                need(line["link"] in files, "unsafe-link", f"{line['path']} links to no earlier file")
            if line["type"] == "file":
                files.add(line["path"])
                need(line["offset"] == at, "bad-index", f"{line['path']} is not at its offset")
                at += padded(line["size"])
        need(at == self.index_at, "bad-index", "the entries do not fill the section")

    def walk(self):
        """§ 8, step 16: the inventory, and the inner rule, byte by byte."""
        at, size = self.inventory_at, self.inventory_bytes
        text_of = self.tar[at:at + size]
        need(zero(self.tar[at + size:at + padded(size)]), "bad-tar", "inventory.jsonl: padding")
        planned = [parse(line, INVENTORY, "an inventory line") for line in split_lines(text_of, "the inventory")]
        paths = [entry_path(byte_string(line, "path")) for line in planned]
        need(all(line["type"] == "file" or line["size"] == 0 for line in planned), "bad-index", "a size of no file")
        rest = iter(paths)
        want = next(rest, None)
        for line in self.lines:
            if line["path"] == want:
                want = next(rest, None)
            else:
                need("absent" in line and line["status"] != "moved", "bad-index", f"{line['path']} was not planned")
        need(want is None, "bad-index", f"{want} was planned, but is not in the index in that order")
        at += padded(size)
        for line in self.lines:
            if "absent" in line:
                continue
            header = entry_header(line)
            need(self.tar[at:at + len(header)] == header, "bad-tar", f"{line['path']}: header")
            at += len(header)
            if line["type"] == "file":
                content = self.tar[at:at + line["size"]]
                need(sha256(content) == line["sha256"], "digest-mismatch", f"{line['path']}")
                need(zero(content[line.get("validBytes", line["size"]):]), "bad-index", f"{line['path']}: validBytes")
                need(zero(self.tar[at + line["size"]:at + padded(line["size"])]), "bad-tar", f"{line['path']}: padding")
                at += padded(line["size"])


def check_tree(plain, sealed, public_roots, all_roots):
    """§ 6.6: order, places, parents, of both sections in one order."""
    lines = [(line["path"].replace(b"/", b"\0"), index, section.kind, line)
             for index, section in enumerate([plain, sealed]) if section for line in section.lines]
    for section in filter(None, [plain, sealed]):
        keys = [line["path"].replace(b"/", b"\0") for line in section.lines]
        for before, after in zip(keys, keys[1:]):
            need(before != after, "duplicate-path", f"{after} stands twice")
            need(before < after, "bad-index", f"{after} is out of order")
    moved = {line["path"] for line in plain.lines if line["status"] == "moved"}
    if sealed:
        lost = moved - {line["path"] for line in sealed.lines}
        need(not lost, "bad-index", f"moved, but not there: {lost}")
    directories, seen = {}, set()
    for _, _, kind, line in sorted(lines, key=lambda one: one[:2]):
        path, absent = line["path"], "absent" in line
        need(path not in seen or (kind == "sealed" and path in moved), "duplicate-path", f"{path} stands twice")
        seen.add(path)
        need(not absent or (line["status"] == "moved") == (kind == "plain"), "bad-index", f"{path} in {kind}")
        settled = absent or kind == "sealed" or line["type"] == "directory" or line["status"] == "ok"
        need(settled, "bad-index", f"{path} in {kind} is called {line['status']}")
        if b"/" in path:
            above = directories.get(path.rsplit(b"/", 1)[0])
            need(above is not None and (kind == "sealed" or above == "plain"), "unsafe-path", f"{path} has no parent")
        else:
            declared = path.decode() in (public_roots if kind == "plain" else all_roots)
            need(declared, "unsafe-path", f"{path} is no declared root")
            need(absent or line["type"] != "symlink", "unsafe-link", f"the root {path} is a link")
        if not absent and line["type"] == "directory":
            directories[path] = kind


def unseal(age, payload, identity):
    need(len(payload) > 32, "bad-chunk", "a payload of nothing")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/sealed.age", "wb") as out:
            out.write(age + payload)
        done = subprocess.run(["age", "-d", "-i", identity, f"{folder}/sealed.age"], capture_output=True, check=False)
    error = done.stderr.decode(errors="replace")
    need("no identity matched" not in error and "passphrase-encrypted" not in error, "no-key", error)
    broken = any(word in error for word in ("header", "MAC", "low order"))
    need(not broken, "bad-age-header", error)
    need(done.returncode == 0, "bad-chunk", error)
    return done.stdout


def read(data, identity, quick):
    file = File(data)
    manifest, sums, age, stored, extensions = read_structure(file)
    report = {"archiveId": manifest["archiveId"], "createdAt": manifest["createdAt"], "signer": manifest["signer"]}
    if quick:
        return {"verdict": "complete", **report}
    ties = {"archiveId": manifest["archiveId"], "manifestSha256": sums["manifestSha256"]}
    for kind in ("plain", "sealed"):
        for content, wanted in stored[kind][1]:
            need(sha256(content) == wanted, "digest-mismatch", f"a segment of the {kind} section")
    plain, sealed = Section("plain", stored["plain"][0], ties, None), None
    if identity:
        stream = unseal(age, stored["sealed"][0], identity)
        sealed = Section("sealed", stream, ties, sums["plain"]["segmentsSha256"])
    public = [root["id"] for root in manifest["roots"]]
    every = public + [root["id"] for root in sealed.head["roots"]] if sealed else public
    need(len(set(every)) == len(every), "duplicate-path", "a root twice")
    check_tree(plain, sealed, public, every)
    need(sha256(extensions) == sums["extensions"]["sha256"], "digest-mismatch", "the extension members")
    entries = []
    for section in filter(None, [plain, sealed]):
        section.walk()
        for line in section.lines:
            shown = {key: value.hex() if isinstance(value, bytes) else value for key, value in line.items()}
            entries.append({"section": section.kind, **shown})
    return {"verdict": "full" if sealed else "intact", **report, "entries": entries}


def recognised(data):
    """§ 9: any block that is a member header, or the beginning of a first one."""
    start = ustar(b"manifest.json", 0)
    fixed = [(0, 124), (136, 148), (257, 265)]
    if data and all(data[low:high] == start[low:min(high, max(len(data), low))] for low, high in fixed):
        return True
    for found in re.finditer(rb"ustar\x0000", data):
        try:
            return found.start() >= 257 and File(data).header(found.start() - 257) is not None
        except Refused:
            continue
    return False


def report_on(path, identity, quick):
    with open(path, "rb") as archive:
        data = archive.read()
    try:
        return read(data, identity, quick)
    except Refused as refusal:
        verdict = VERDICTS.get(refusal.code, "damaged") if recognised(data) else "not-an-archive"
        return {"verdict": verdict, "code": refusal.code, "reason": str(refusal)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("-i", dest="identity", metavar="FILE", help="age identities: prove the sealed section, too")
    parser.add_argument("-q", dest="quick", action="store_true", help="prove the structure only")
    options = parser.parse_args()
    for path in options.archives:
        print(json.dumps(report_on(path, options.identity, options.quick)), flush=True)


if __name__ == "__main__":
    main()
