"""The files that a page loads besides itself: as large as those of a real application."""

from __future__ import annotations

import functools
import random
import struct
import zlib

JS_BYTES = 270_000
CSS_BYTES = 76_000
PICTURES = 4

_RENDER = """
async function show() {
  const ticket = document.querySelector("#ticket");
  document.body.dataset.token = localStorage.getItem("token") ? "present" : "absent";
  const answer = await fetch(`/api/tickets/${ticket.dataset.id}`);
  if (!answer.ok) { ticket.dataset.failed = answer.status; return; }
  const data = await answer.json();
  for (const name of ["title", "author", "status", "opened"]) {
    ticket.querySelector(`.${name}`).textContent = data[name];
  }
  document.title = data.title;
  ticket.dataset.ready = "yes";
}
if (document.querySelector("#ticket")) { void show(); }
"""


@functools.cache
def script() -> bytes:
    """Return the bundle: functions that nobody calls, and the one that draws the page."""
    dice, parts, size = random.Random(1), ["const library = {};\n"], 0
    while size < JS_BYTES - len(_RENDER):
        a, b, c = (dice.randrange(1, 10**6) for _ in range(3))
        parts.append(
            f"library.f{a}_{b} = function (x, y) {{\n"
            f"  const list = []; for (let i = 0; i < x + {a}; i += {c}) {{ list.push(i * y); }}\n"
            f"  return list.filter((n) => n % {b} > 1).map(String).join('-{c}-');\n}};\n"
        )
        size += len(parts[-1])
    return ("".join(parts) + _RENDER).encode()


@functools.cache
def style() -> bytes:
    """Return the style sheet."""
    dice, parts, size = random.Random(2), ["#ticket { display: block; padding: 1em; }\n"], 0
    while size < CSS_BYTES:
        name, color, width = dice.randrange(10**6), dice.randrange(16**6), dice.randrange(1, 99)
        parts.append(
            f".c{name} > .part:hover {{ color: #{color:06x}; margin: 0 {width}px; opacity: 1; }}\n"
        )
        size += len(parts[-1])
    return "".join(parts).encode()


@functools.cache
def picture(number: int) -> bytes:
    """Return a PNG of 64 x 64 dots."""
    dice = random.Random(number)
    rows = b"".join(b"\x00" + dice.randbytes(64 * 3) for _ in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
