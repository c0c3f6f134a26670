"""Canonical JSON and the schemas of ocbak archives (§§ 3, 5, 6 of spec/ocbak-v1.md). License: CC0 1.0."""

import hashlib
import json
import re

BLOCK = 512
SAFE = 2**53 - 1


class Refused(Exception):
    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


def need(condition, code, why):
    if not condition:
        raise Refused(code, why)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def padded(n):
    return -(-n // BLOCK) * BLOCK


def zero(data):
    return not any(data)


# § 3 Canonical JSON


def encode(value):
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(encode(key) + ":" + encode(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(encode, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE:
        raise ValueError("not a safe integer")
    return json.dumps(value, ensure_ascii=False)


def no_fraction(text):
    raise ValueError(f"{text} is no integer")


def canonical(data, what):
    depth = deepest = 0
    for token in re.findall(rb'"(?:[^"\\]|\\.)*"|[][{}]', data, re.S):
        depth += token in (b"[", b"{")
        depth -= token in (b"]", b"}")
        deepest = max(deepest, depth)
    need(deepest <= 32, "limit-exceeded", f"{what} is nested too deep")
    try:
        value = json.loads(data.decode("utf-8"), parse_float=no_fraction, parse_constant=no_fraction)
        same = encode(value).encode("utf-8") == data
    except (ValueError, RecursionError) as error:
        raise Refused("bad-json", f"{what}: {error}") from None
    need(same, "bad-json", f"{what} is not canonical")
    return value


def number(low=0, high=SAFE):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def text(most):
    return lambda v: isinstance(v, str) and len(v.encode()) <= most


def match(pattern):
    return lambda v: isinstance(v, str) and re.fullmatch(pattern, v, re.A) is not None


def const(*wanted):
    return lambda v: any(v == one and type(v) is type(one) for one in wanted)


def either(*checks):
    return lambda v: any(check(v) for check in checks)


def array(most, check):
    return lambda v: isinstance(v, list) and len(v) <= most and all(map(check, v))


def shape(required, optional=()):
    required, optional = dict(required), dict(optional)

    def check(v):
        if not isinstance(v, dict) or not set(required) <= set(v) <= set(required) | set(optional):
            return False
        return all({**required, **optional}[key](v[key]) for key in v)

    return check


def anything(_):
    return True


def real_date(v):
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", v, re.A) if isinstance(v, str) else None
    if parts is None:
        return False
    year, month, day, hour, minute, second = map(int, parts.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return year > 0 and 1 <= month <= 12 and 1 <= day <= days[month - 1] and hour < 24 and minute < 60 and second < 60


null = const(None)
digest = match("[0-9a-f]{64}")
archive_id = match("[0-9a-f]{30}")
name = match("[a-z0-9][a-z0-9.-]{0,63}")
root_id = match("[a-z0-9][a-z0-9.-]{0,254}")
roots = array(10_000, shape({"id": root_id, "sourcePath": text(4096)}))
MANIFEST = shape({
    "archiveId": archive_id, "createdAt": real_date, "critical": array(64, name), "format": const("ocbak"),
    "formatVersion": const(1), "installation": shape({
        "host": text(4096), "platform": text(64), "profile": either(null, text(64)), "stateDir": text(4096)}),
    "optional": array(64, name), "plannedPlain": shape({"contentBytes": number(), "entries": number()}),
    "roots": roots, "segmentBytes": number(65536, 67108864),
    "series": either(null, shape({"id": archive_id, "previous": either(null, digest), "sequence": number()})),
    "signer": either(null, match("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-P][A-Za-z0-9+/]{42}")),
    "tags": array(256, text(4096)), "tool": shape({"name": text(64), "version": text(64)}),
}, {"extensions": lambda v: isinstance(v, dict) and all(map(name, v))})
SECTION_SUMS = shape({"segments": number(1, 999_999), "segmentsSha256": digest, "storedBytes": number()})
CHECKSUMS = shape({
    "archiveId": archive_id, "extensions": shape({"bytes": number(), "sha256": digest}), "manifestSha256": digest,
    "plain": SECTION_SUMS, "sealed": SECTION_SUMS})
END = shape({
    "archiveBytes": number(), "archiveId": archive_id,
    "checksums": shape({"bytes": number(0, 1048576), "offset": number(), "sha256": digest}),
    "header": shape({"bytes": number(), "sha256": digest})})
TIES = {"archiveId": archive_id, "manifestSha256": digest}
SECTION = {
    "plain": shape({**TIES, "section": const("plain")}),
    "sealed": shape({**TIES, "section": const("sealed"), "metadata": lambda v: isinstance(v, dict), "roots": roots})}
CLOSED = {"entries": number(0, 20_000_000), "index": shape({
    "bytes": number(0, 8589934591), "offset": number(), "sha256": digest})}
CLOSE = {"plain": shape(CLOSED), "sealed": shape({**CLOSED, "plainSegmentsSha256": digest})}
HEX = match("([0-9a-f]{2})+")
TYPES = const("file", "directory", "symlink", "hardlink")
INVENTORY = shape({"size": number(), "type": TYPES}, {"path": text(SAFE), "pathHex": HEX})
LINE = {"status": match("ok|database|changed|vanished|unreadable|moved|excluded:[a-z0-9-]{1,64}"), "type": TYPES}
MAYBE = {"path": text(SAFE), "pathHex": HEX, "reason": text(4096)}
owner = lambda v: text(255)(v) and "\0" not in v
STORED = {**LINE, "gid": number(0, 2**32 - 1), "uid": number(0, 2**32 - 1), "gname": owner, "uname": owner,
          "mode": match("0[0-7]{3}"), "mtime": match("0|-?[1-9][0-9]{0,26}")}
LINES = {
    "file": shape({**STORED, "offset": number(), "sha256": digest, "size": number()},
                  {**MAYBE, "validBytes": number(), "sparse": const(True)}),
    "directory": shape(STORED, MAYBE),
    "symlink": shape(STORED, {**MAYBE, "target": text(SAFE), "targetHex": HEX}),
    "hardlink": shape(STORED, {**MAYBE, "link": text(SAFE), "linkHex": HEX})}
ABSENT = shape({**LINE, "absent": const(True)}, {**MAYBE, "entries": number(), "size": number()})
STATUSES = {  # § 6.6
    "file": {"ok", "database", "changed", "unreadable"}, "directory": {"ok", "changed", "unreadable", "vanished"},
    "symlink": {"ok", "changed", "unreadable"}, "hardlink": {"ok", "changed", "unreadable"}}


def parse(data, check, what):
    value = canonical(data, what)
    need(check(value), "bad-schema", f"{what} does not fit its schema")
    return value
