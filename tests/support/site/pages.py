"""The HTML of the site."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from .assets import PICTURES
from .tickets import summary


def page(title: str, body: str, head: str = "") -> str:
    """Return a whole document."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f'</title><link rel="icon" href="data:,">{head}</head>\n<body>\n{body}\n</body></html>\n'
    )


def login(token: str, target: str, problem: str = "") -> str:
    """Return the form to log in."""
    return page(
        "Log in",
        f'<p class="problem">{escape(problem)}</p>\n'
        f'<form method="post" action="/login?next={quote(target)}">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        '<input name="username"><input name="password" type="password">'
        "<button>Log in</button></form>",
    )


def ticket_list(tickets: Iterable[int], next_page: int | None) -> str:
    """Return one page of the list."""
    rows = "\n".join(
        f'<li><a class="ticket" href="/tickets/{n}">{escape(str(summary(n)["title"]))}</a></li>'
        for n in tickets
    )
    link = f'<a rel="next" href="/tickets?page={next_page}">Next</a>' if next_page else ""
    return page("Tickets", f'<ul id="tickets">\n{rows}\n</ul>\n{link}')


def ticket(number: int, extra: str = "") -> str:
    """Return the shell of a ticket's page, which a script fills in.

    Args:
        extra: HTML that comes first in the body.
    """
    pictures = "".join(f'<img alt="" src="/static/icon-{n}.png">' for n in range(PICTURES))
    return page(
        "Loading",
        f'{extra}<article id="ticket" data-id="{number}"><h1 class="title"></h1>'
        '<p class="author"></p><p class="status"></p><time class="opened"></time></article>\n'
        f'{pictures}\n<script src="/static/app.js"></script>',
        '<link rel="stylesheet" href="/static/app.css">',
    )
