"""The outer file of ocbak archives: tar headers, members, structure (§§ 5, 6.2, 8 of spec/ocbak-v1.md). License: CC0 1.0."""

import base64
import re
import subprocess
import tempfile

from canonical import (
    BLOCK, CHECKSUMS, END, MANIFEST, Refused, SAFE, canonical, digest, encode, need, number, padded, parse, sha256,
    zero)


# §§ 5.1, 6.5, 6.7 Tar headers


def octal(value, digits):
    return f"{value:0{digits}o}".encode() + b"\0"


def ustar(path, size, mode=0o644, uid=0, gid=0, mtime=0, flag=b"0", link=b"", uname=b"", gname=b""):
    block = b"".join([
        path[:100].ljust(100, b"\0"), octal(mode, 7), octal(uid, 7), octal(gid, 7), octal(size, 11), octal(mtime, 11),
        b" " * 8, flag, link[:100].ljust(100, b"\0"), b"ustar\x0000", uname.ljust(32, b"\0"), gname.ljust(32, b"\0"),
        octal(0, 7), octal(0, 7)]).ljust(BLOCK, b"\0")
    return block[:148] + octal(sum(block), 6) + b" " + block[156:]


def control_header(section, file, size):
    return ustar(f".ocbak/{section}/{file}".encode(), size, mode=0o600)


def is_utf8(data):
    try:
        return data.decode() is not None
    except UnicodeDecodeError:
        return False


def fits(data, most):
    return len(data) <= most and all(1 <= byte <= 0x7F for byte in data)


def record(key, value):
    rest = b" " + key.encode() + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def entry_header(line):
    path, uname, gname, n = line["path"], line["uname"].encode(), line["gname"].encode(), int(line["mtime"])
    link = line.get("target", line.get("link", b""))
    size = line["size"] if line["type"] == "file" else 0
    s, f = divmod(abs(n), 10**9)
    time = ("-" if n < 0 else "") + str(s) + (f".{f:09d}".rstrip("0") if f else "")
    big = 8589934591
    records = b"".join(record(key, value) for key, wanted, value in [
        ("hdrcharset", not is_utf8(path) or not is_utf8(link), b"BINARY"),
        ("gid", line["gid"] > 2097151, str(line["gid"]).encode()), ("gname", not fits(gname, 31), gname),
        ("linkpath", not fits(link, 100), link), ("mtime", n < 0 or f != 0 or s > big, time.encode()),
        ("path", not fits(path, 100), path), ("size", size > big, str(size).encode()),
        ("uid", line["uid"] > 2097151, str(line["uid"]).encode()), ("uname", not fits(uname, 31), uname),
    ] if wanted)
    pax = b""
    if records:
        pax = ustar(b"PaxHeader", len(records), mode=0o600, flag=b"x") + records.ljust(padded(len(records)), b"\0")
    return pax + ustar(
        path, 0 if size > big else size, int(line["mode"], 8), 0 if line["uid"] > 2097151 else line["uid"],
        0 if line["gid"] > 2097151 else line["gid"], 0 if n < 0 or s > big else s,
        {"file": b"0", "hardlink": b"1", "symlink": b"2", "directory": b"5"}[line["type"]], link,
        uname if fits(uname, 31) else b"", gname if fits(gname, 31) else b"")


# § 5 The file


class File:
    def __init__(self, data):
        self.data, self.id = data, None

    def header(self, at):
        block = self.data[at:at + BLOCK]
        need(len(block) == BLOCK, "bad-member", "a member reaches beyond the file")
        member, size, ident = block[:100].split(b"\0")[0], block[124:135], block[265:295]
        good = re.fullmatch(rb"[0-7]{11}", size) and re.fullmatch(rb"[0-9a-f]{30}", ident)
        need(good and ustar(member, int(size, 8), uname=ident) == block, "bad-header", f"no member header at {at}")
        need(self.id in (None, ident), "unbound", f"a member of another archive at {at}")
        return member.decode("latin-1"), int(size, 8), ident

    def member(self, at, wanted, size=None, most=SAFE):
        """The content of the member at `at`, and where the next one begins."""
        found, there, _ = self.header(at)
        need(found == wanted and size in (None, there), "bad-member", f"{wanted} is not at {at}: {found}, {there} bytes")
        need(there <= most, "limit-exceeded", f"{wanted} is too large")
        start, end = at + BLOCK, at + BLOCK + padded(there)
        need(end <= len(self.data), "bad-member", f"{wanted} reaches beyond the file")
        need(zero(self.data[start + there:end]), "bad-member", f"{wanted} has dirty padding")
        return self.data[start:start + there], end


def read_manifest(data):
    value = canonical(data, "manifest.json")
    need(isinstance(value, dict) and value.get("format") == "ocbak", "not-an-archive", "another format")
    version, critical = value.get("formatVersion"), value.get("critical")
    need(not number(2)(version), "newer-format", f"format version {version}")
    need(not (isinstance(critical, list) and critical), "unknown-critical", f"needs {critical}")
    need(MANIFEST(value), "bad-schema", "manifest.json does not fit its schema")
    need(len(set(value["optional"])) == len(value["optional"]), "bad-schema", "an optional feature twice")
    need(set(value.get("extensions", {})) <= set(value["optional"]), "bad-schema", "an extension not announced")
    ids = [root["id"] for root in value["roots"]]
    need(len(set(ids)) == len(ids), "duplicate-path", "a root twice")
    return value


def read_end(data, at):
    """§ 8, step 2: `end` at that place, and the zero blocks."""
    try:
        member, size, ident = File(data).header(at)
    except Refused:
        member = size = ident = None
    need(member == "end" and size == 512, "truncated", "does not end with end")
    content = data[at + 512:at + 1024]
    end = parse(content[:-1].rstrip(b" "), END, "end")
    need(content == encode(end).encode().ljust(511) + b"\n", "bad-json", "end is not padded as it must be")
    need(len(data) >= at + 2048 and zero(data[at + 1024:at + 2048]), "bad-member", "no zero blocks at the end")
    need(end["archiveId"].encode() == ident, "unbound", "end names another archive than its header")
    return end, ident


def read_tail(file):
    data = file.data
    need(len(data) >= 2048, "truncated", "no end")
    end, ident = read_end(data, len(data) - 2048)
    need(end["archiveBytes"] <= len(data), "part-missing", "shorter than end says")
    need(end["archiveBytes"] == len(data), "trailing-data", "longer than end says")
    file.id = ident
    sums = end["checksums"]
    content, after = file.member(sums["offset"], "checksums.json", sums["bytes"])
    need(sha256(content) == sums["sha256"], "digest-mismatch", "checksums.json")
    return end, content, parse(content, CHECKSUMS, "checksums.json"), after


def read_segments(file, at, section, sums, size):
    stored, digests, proofs = [], b"", []
    for index in range(sums["segments"]):
        member, there, _ = file.header(at)
        wanted = f"{section}/{index + (section == 'sealed'):06d}."
        need(member.startswith(wanted) and digest(member[len(wanted):]), "bad-member", f"no {wanted} at {at}")
        need(there == min(size, sums["storedBytes"] - size * index) and there > 0, "bad-member", f"{member}: size")
        content, at = file.member(at, member, there)
        digests += bytes.fromhex(member[len(wanted):])
        proofs.append((content, member[len(wanted):]))
        stored.append(content)
    need(sum(map(len, stored)) == sums["storedBytes"], "bad-member", f"{section}: the segments do not add up")
    need(sha256(digests) == sums["segmentsSha256"], "digest-mismatch", f"{section}: the list of segments")
    return b"".join(stored), proofs, at


def check_age_header(data):
    """§ 6.2, as far as it can be told without a key."""
    bad = "bad-age-header"
    lines = data.split(b"\n")
    need(lines[0] == b"age-encryption.org/v1" and lines[-1] == b"", bad, "not an age header of version 1")
    decode = lambda part: canonical_base64(part, bad)
    types, at = [], 1
    while lines[at].startswith(b"-> "):
        kind, *args = lines[at][3:].split(b" ")
        need(all(re.fullmatch(rb"[!-~]+", arg) for arg in [kind, *args]), bad, "a bad stanza")
        body, at = b"", at + 1
        while True:
            need(at < len(lines) - 1 and len(lines[at]) <= 64, bad, "a bad stanza body")
            body, full, at = body + decode(lines[at]), len(lines[at]) == 64, at + 1
            if not full:
                break
        sizes = {b"X25519": [32], b"mlkem768x25519": [1120], b"p256tag": [4, 65], b"mlkem768p256tag": [4, 1153]}
        if kind in sizes:
            need([len(decode(arg)) for arg in args] == sizes[kind] and len(body) == 32, bad, "a malformed stanza")
        if kind == b"scrypt":
            need(len(args) == 2 and len(decode(args[0])) == 16 and len(body) == 32, bad, "a malformed stanza")
            need(re.fullmatch(rb"[1-9][0-9]*", args[1]), bad, "a malformed work factor")
            need(int(args[1]) <= 20, "limit-exceeded", "too costly a work factor")
        types.append(kind)
    mac = lines[at]
    need(types and at == len(lines) - 2 and mac[:4] == b"--- " and len(decode(mac[4:])) == 32, bad, "a bad end")
    need(b"scrypt" not in types or len(types) == 1, bad, "a passphrase beside something else")
    classic = {b"X25519", b"p256tag", b"ssh-rsa", b"ssh-ed25519", b"piv-p256"} & set(types)
    need(not classic or not {b"mlkem768x25519", b"mlkem768p256tag"} & set(types), bad, "post-quantum beside classic")


def canonical_base64(part, code):
    try:
        value = base64.b64decode(part + b"=" * (-len(part) % 4), validate=True)
    except ValueError:
        raise Refused(code, "bad base64") from None
    need(base64.b64encode(value).rstrip(b"=") == part, code, "base64 that is not canonical")
    return value


def check_signature(armored, message, signer):
    """§ 5.7; the curve itself is ssh-keygen's business."""
    string = lambda value: len(value).to_bytes(4, "big") + value
    begin, end = b"-----BEGIN SSH SIGNATURE-----\n", b"-----END SSH SIGNATURE-----\n"
    inner = armored[len(begin):-len(end)].replace(b"\n", b"").rstrip(b"=")
    blob = canonical_base64(inner, "bad-signature")
    body = base64.b64encode(blob)
    again = begin + b"".join(body[i:i + 70] + b"\n" for i in range(0, len(body), 70)) + end
    key = base64.b64decode(signer.split(" ")[1])
    prefix = b"SSHSIG\0\0\0\1" + string(key) + string(b"ocbak") + string(b"") + string(b"sha512")
    need(again == armored and blob == prefix + string(string(b"ssh-ed25519") + string(blob[-64:])), "bad-signature",
         "not the signature of the signer in its one form")
    with tempfile.TemporaryDirectory() as folder:
        for file, content in [("signers", f"me {signer}\n".encode()), ("sig", armored)]:
            with open(f"{folder}/{file}", "wb") as out:
                out.write(content)
        command = ["ssh-keygen", "-Y", "verify", "-f", f"{folder}/signers", "-I", "me", "-n", "ocbak", "-s", f"{folder}/sig"]
        held = subprocess.run(command, input=message, capture_output=True, check=False).returncode == 0
    need(held, "bad-signature", "the signature does not hold")


def read_structure(file):
    """§ 8, steps 1 to 11."""
    try:
        end, sums_content, sums, after = read_tail(file)
    except Refused as refusal:
        refuse_foreign_version(file.data)
        if refusal.code in ("truncated", "part-missing", "trailing-data"):
            refuse_wrong_length(file.data)
        raise
    content, at = file.member(0, "manifest.json", most=1048576)
    need(sha256(content) == sums["manifestSha256"], "digest-mismatch", "manifest.json")
    manifest = read_manifest(content)
    need(manifest["archiveId"] == sums["archiveId"] == end["archiveId"], "unbound", "archive ids differ")
    size = manifest["segmentBytes"]
    plain, plain_proofs, at = read_segments(file, at, "plain", sums["plain"], size)
    age, pad_at = file.member(at, "sealed/000000", end["header"]["bytes"], 65536)
    need(sha256(age) == end["header"]["sha256"], "digest-mismatch", "the age header")
    pad_bytes = 65536 - 512 - padded(len(age)) - 512
    need(pad_bytes >= 0, "limit-exceeded", "the age header is too large")
    pad, at = file.member(pad_at, "pad", pad_bytes)
    need(zero(pad), "bad-member", "pad is not zero")
    check_age_header(age)
    sealed, sealed_proofs, at = read_segments(file, at, "sealed", sums["sealed"], size)
    extensions_at, previous, count = at, "", 0
    while at < end["checksums"]["offset"]:
        member, there, _ = file.header(at)
        parts = re.fullmatch(r"ext/([^/]+)/[A-Za-z0-9_-][A-Za-z0-9._-]*", member)
        need(parts and parts[1] in manifest["optional"] and member > previous, "bad-member", f"unexpected {member}")
        count, previous = count + 1, member
        need(count <= 10_000, "limit-exceeded", "too many extension members")
        _, at = file.member(at, member, there)
    joined = at == end["checksums"]["offset"] and at - extensions_at == sums["extensions"]["bytes"]
    need(joined, "bad-member", "the members do not join up")
    end_at = len(file.data) - 2048
    if after == end_at:
        need(manifest["signer"] is None, "no-signature", "the signature is gone")
    else:
        signature, after = file.member(after, "checksums.sig", most=16384)
        need(after == end_at, "bad-member", "something between signature and end")
        need(manifest["signer"] is not None, "bad-signature", "a signature that is not announced")
        check_signature(signature, sums_content, manifest["signer"])
    extensions = file.data[extensions_at:end["checksums"]["offset"]]
    stored = {"plain": (plain, plain_proofs), "sealed": (sealed, sealed_proofs)}
    return manifest, sums, age, stored, extensions


def refuse_foreign_version(data):
    try:
        member, size, _ = File(data).header(0)
        if member == "manifest.json" and size <= 1048576 and len(data) >= 512 + size:
            read_manifest(data[512:512 + size])
    except Refused as foreign:
        if foreign.code in ("newer-format", "unknown-critical"):
            raise


def refuse_wrong_length(data):
    """§ 8, step 2: the bytes at the end may be another archive's."""
    try:
        _, _, first = File(data).header(0)
    except Refused:
        return
    file, at = File(data), 0
    file.id = first
    try:
        while True:
            member, size, _ = file.header(at)
            if member == "end":
                end, _ = read_end(data, at)
                whole = end["archiveBytes"] == at + 2048 < len(data)
                break
            at += 512 + padded(size)
    except Refused:
        whole = False
    need(not whole, "trailing-data", "bytes follow the end of the archive")
    try:
        _, _, last = File(data).header(max(0, len(data) - 2048))
    except Refused:
        return
    need(last == first, "truncated", "what stands at the end is of another archive")
