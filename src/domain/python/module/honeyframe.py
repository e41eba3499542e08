"""What a Python step of Honeyframe works with: its parameters, the project's datasets, its progress and its output.

    import honeyframe as hf

    for row in hf.read("orders"): ...                  # a dict per row, streamed
    hf.write("scores", ({"id": 1, "score": 0.5},))     # any iterable of dicts; visible when the step succeeds
    hf.progress(10, 100, "customers")
    hf.output({"scored": 100})                         # {{ steps.<name>.output.value }} in later steps
"""

import datetime as _datetime
import decimal as _decimal
import itertools as _itertools
import json as _json
import math as _math
import os as _os
import re as _re
import socket as _socket
import threading as _threading
import time as _time

__all__ = ["Error", "output", "params", "progress", "read", "write"]

# A frame to the worker is at most this much text; the worker refuses 32 MB.
_FRAME = 512 * 1024
_ROWS = 1000
_PROGRESS_EVERY = 0.1


class Error(Exception):
    """The worker refused a request: there is no such dataset, a row does not fit its column …"""


class _Channel:
    """One question and one answer at a time over file 3, from whichever thread."""

    def __init__(self):
        self._pid = _os.getpid()
        self._lock = _threading.Lock()
        self._socket = _socket.socket(fileno=3)
        self._socket.set_inheritable(False)
        self._in = self._socket.makefile("rb", buffering=256 * 1024)

    def ask(self, op, **request):
        if _os.getpid() != self._pid:
            raise Error("only the process that the step started may use honeyframe, not one forked from it")
        text = _json.dumps({"op": op, **request}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        with self._lock:
            self._socket.sendall(text.encode("utf-8", "replace") + b"\n")
            line = self._in.readline()
            if not line:
                raise Error("the worker has gone")
            answer = _json.loads(line)
            body = self._in.read(answer["bytes"]) if answer.get("bytes") else b""
        if "error" in answer:
            raise Error(answer["error"])
        return answer, body


_channel = _Channel()
_start, _ = _channel.ask("start")

#: What the step was given as `params`.
params = _start["params"]


# ---- reading


def _day(text):
    try:
        return _datetime.date.fromisoformat(text)
    except ValueError:
        return text  # infinity, or a year that Python's dates do not know


# Postgres leaves away what is zero, and Python before 3.11 wants all of it: 2026-01-01 10:00:00.5+00
_MOMENT = _re.compile(r"(.{10} \d\d:\d\d:\d\d)(\.\d+)?(?:([+-]\d\d)(:\d\d)?)?")


def _moment(text):
    match = _MOMENT.fullmatch(text)
    if match is None:
        return text
    main, fraction, hours, minutes = match.groups("")
    zone = hours and hours + (minutes or ":00")
    try:
        return _datetime.datetime.fromisoformat(main + (fraction and fraction.ljust(7, "0")) + zone)
    except ValueError:
        return text


_READERS = {
    "smallint": int,
    "integer": int,
    "bigint": int,
    "numeric": _decimal.Decimal,
    "real": float,
    "double precision": float,
    "boolean": lambda text: text == "t",
    "date": _day,
    "timestamp": _moment,
    "timestamptz": _moment,
    "json": _json.loads,
    "jsonb": _json.loads,
    "bytea": lambda text: bytes.fromhex(text[2:]),
}

_UNESCAPE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _unescape(cell):
    return _re.sub(r"\\(.)", lambda match: _UNESCAPE.get(match[1], match[1]), cell, flags=_re.DOTALL)


class _Rows:
    """The rows of a dataset, as dicts, one at a time. `columns` has their names, `types` what Postgres calls them."""

    def __init__(self, dataset, columns):
        request = {} if columns is None else {"columns": list(columns)}
        answer, _ = _channel.ask("read", dataset=dataset, **request)
        self._id = answer["id"]
        self.columns = [column["name"] for column in answer["columns"]]
        self.types = {column["name"]: column["type"] for column in answer["columns"]}
        self._readers = [_READERS.get(column["type"].split("(")[0]) for column in answer["columns"]]
        self._rows = self._all()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._rows)

    def close(self):
        """Ends the reading before the last row."""
        self._rows.close()

    def _all(self):
        rest = b""
        try:
            while self._id is not None:
                answer, body = _channel.ask("next", id=self._id)
                if answer["done"]:
                    self._id = None
                *lines, rest = (rest + body).split(b"\n")
                for line in lines:
                    yield self._row(line.decode("utf-8"))
        finally:
            self._close()

    def _row(self, line):
        values = []
        for cell, reader in zip(line.split("\t"), self._readers):
            if cell == "\\N":
                values.append(None)
                continue
            if "\\" in cell:
                cell = _unescape(cell)
            values.append(cell if reader is None else reader(cell))
        return dict(zip(self.columns, values))

    def _close(self):
        if self._id is not None and _os.getpid() == _channel._pid:
            reading, self._id = self._id, None
            _channel.ask("close", id=reading)

    def __del__(self):
        try:
            self._close()
        except (AttributeError, Error, OSError, TypeError):
            pass  # it was never opened, or everything ends anyway


def read(dataset, columns=None):
    """Streams the rows of a dataset of this project.

    dataset: its slug. columns: names, to read only these.
    Integers come as int, numeric as Decimal, real and double precision as float, dates and timestamps as those of
    datetime, JSON as what it holds, all else as str. Two datasets may be read at the same time.
    """
    return _Rows(dataset, columns)


# ---- writing


def _float(value):
    if _math.isnan(value):
        return None, None
    if _math.isinf(value):
        raise ValueError("infinity cannot be stored; write None, or a number")
    text = repr(value)
    return (format(_decimal.Decimal(text), "f") if "e" in text else text), None


# Nearly every value is one of these, and a look-up costs less than asking what it is.
_CELLS = {
    type(None): lambda value: (None, None),
    str: lambda value: (value, "text"),
    bool: lambda value: ("true" if value else "false", None),
    int: lambda value: (str(value), None),
    float: _float,
}


def _cell(value):
    """What the worker stores, and the type to declare; None where the text alone tells it."""
    kind = type(value)
    common = _CELLS.get(kind)
    if common is not None:
        return common(value)
    if isinstance(value, int):
        return format(int(value)), None
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, _decimal.Decimal):
        if value.is_infinite():
            raise ValueError("infinity cannot be stored; write None, or a number")
        return (None if value.is_nan() else format(value, "f")), None
    if isinstance(value, (_datetime.datetime, _datetime.date)):
        # pandas.NaT is a datetime too, and its isoformat is no date.
        return (None if value != value else value.isoformat()), None
    if isinstance(value, (dict, list, tuple)):
        return _json.dumps(value, ensure_ascii=False, allow_nan=False, default=_json_value), "jsonb"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "\\x" + bytes(value).hex(), "bytea"
    if kind.__name__ == "NAType":
        return None, None
    if hasattr(value, "item"):
        return _cell(value.item())  # a number of numpy
    return str(value), "text"


def _json_value(value):
    if isinstance(value, (_datetime.datetime, _datetime.date)):
        return value.isoformat()
    if isinstance(value, _decimal.Decimal):
        return float(value)
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def _records(rows):
    """A DataFrame's rows a thousand at a time; anything else as it is."""
    if not (hasattr(rows, "iloc") and hasattr(rows, "columns")):
        yield from rows
        return
    for start in range(0, len(rows), _ROWS):
        yield from rows.iloc[start : start + _ROWS].to_dict("records")


def _declare(first, given):
    """The columns in the order in which they first appear, and the type of those whose text would not tell it."""
    types = {}
    for row in first:
        for name, value in row.items():
            declared = _cell(value)[1]
            before = types.setdefault(name, None)
            if declared is not None:
                types[name] = declared if before in (None, declared) else "text"
    types.update(given or {})
    return [{"name": name, "type": declared} for name, declared in types.items()]


def write(dataset, rows, types=None, mode=None):
    """Writes rows into a dataset of this project; they become visible when the step succeeds, all or none.

    rows: an iterable of dicts, or a DataFrame. types: Postgres types by column, where a value's own does not say it.
    mode: "full" replaces all rows, "incremental" merges by the dataset's key; default: the dataset's own.
    Returns how many rows were taken.
    """
    source = _records(rows)
    first = list(_itertools.islice(source, _ROWS))
    for number, row in enumerate(first, 1):
        if not hasattr(row, "items"):
            raise TypeError(f"row {number} is a {type(row).__name__}; write takes dicts")
    columns = _declare(first, types)
    names = [column["name"] for column in columns]
    known = set(names)
    _channel.ask("write", dataset=dataset, columns=columns, mode=mode)
    count, batch, size = 0, [], 0
    try:
        for row in _itertools.chain(first, source):
            count += 1
            if not known.issuperset(row):
                extra = ", ".join(str(name) for name in row if name not in known)
                raise ValueError(f"row {count} has a column that the first {len(first)} rows have not: {extra}")
            try:
                cells = [_cell(row.get(name))[0] for name in names]
            except (TypeError, ValueError) as error:
                raise ValueError(f"row {count}: {error}") from error
            batch.append(cells)
            size += sum(len(cell) for cell in cells if cell is not None) + 4 * len(cells)
            if len(batch) >= _ROWS or size >= _FRAME:
                _channel.ask("rows", rows=batch)
                batch, size = [], 0
        if batch:
            _channel.ask("rows", rows=batch)
    except BaseException:
        if _os.getpid() == _channel._pid:
            try:
                _channel.ask("abandon")
            except (Error, OSError):
                pass  # the worker has ended it already, and the first reason is the better one
        raise
    _channel.ask("end")
    return count


# ---- telling

_last = {"at": 0.0, "waiting": None}


def progress(done, total=None, note=None):
    """Tells how far the step is: shown live. Cheap enough for every row."""
    _last["waiting"] = (done, total, note)
    if _time.monotonic() - _last["at"] >= _PROGRESS_EVERY:
        _flush()


def _flush():
    if _last["waiting"] is None:
        return
    done, total, note = _last["waiting"]
    _last.update(at=_time.monotonic(), waiting=None)
    _channel.ask("progress", done=done, total=total, note=note)


def output(value):
    """What later steps find under {{ steps.<name>.output.value }}: anything that JSON can hold, 1 MB at most. The
    last call counts."""
    _channel.ask("output", value=value)
