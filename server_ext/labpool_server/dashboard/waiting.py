"""The page in place of a dashboard that is not there."""

from __future__ import annotations

from html import escape

from .colours import colours
from .words import Taste

LOOK_AGAIN_S = 3

_PAGE = """<!DOCTYPE html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
{refresh}
<title>Labpool</title>
<style>
body {{ background: {ground}; color: {text}; font: 15px/1.6 system-ui, Vazirmatn, Tahoma,
  sans-serif; display: grid; place-content: center; min-height: 90vh; margin: 0 2rem; }}
h1 {{ font-size: 1.2rem; font-weight: 600; margin: 0; }}
p {{ margin: .3rem 0 0; max-width: 34rem; }}
small {{ color: {soft}; }}
</style>
</head>
<body><main><h1>{heading}</h1><p dir="auto">{why}</p>{again}</main></body>
</html>
"""


def waiting_page(why: str, taste: Taste, *, again: bool) -> str:
    """Return the page.

    Args:
        why: A sentence for people.
        again: Whether the dashboard may come, so that looking again makes sense.
    """
    look = colours(dark=taste.dark)
    return _PAGE.format(
        lang=taste.lang,
        dir=taste.direction,
        refresh=f'<meta http-equiv="refresh" content="{LOOK_AGAIN_S}">' if again else "",
        heading=escape(taste.word("not_up" if again else "none")),
        why=escape(why),
        again=f"<p><small>{escape(taste.word('again'))}</small></p>" if again else "",
        ground=look.ground,
        text=look.text,
        soft=look.soft,
    )
