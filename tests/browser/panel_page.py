"""Labpool's own parts in JupyterLab, as a person sees them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Request, WebSocket

from support.lab_page import LabPage

PANEL = "#labpool-panel"
RUN_PAGE = ".lp-RunPage"
FORM_PAGE = "#labpool-form"
STATUS_ITEM = ".lp-StatusItem"


class PanelPage(LabPage):
    """JupyterLab with the panel, the form and the pages of runs."""

    @property
    def panel(self) -> Locator:
        return self.page.locator(PANEL)

    @property
    def run_page(self) -> Locator:
        """The page of a run that is in front."""
        return self.page.locator(f"{RUN_PAGE}:not(.lm-mod-hidden)")

    @property
    def form(self) -> Locator:
        return self.page.locator(f"{FORM_PAGE} form.lp-RunForm")

    @property
    def status_item(self) -> Locator:
        return self.page.locator(STATUS_ITEM)

    def ready(self) -> None:
        """Wait until the page can be used, and Labpool's part of it."""
        super().ready()
        self.page.wait_for_function(
            "() => window.jupyterapp?.commands.hasCommand('labpool:open-panel')"
        )

    def start(self, path: str = "") -> None:
        """Load JupyterLab and show the panel."""
        self.load(path)
        self.command("labpool:open-panel")
        self.panel.wait_for()

    def forget(self) -> None:
        """Forget what Labpool keeps in this browser: what was typed, and what was seen."""
        self.page.evaluate(
            "() => Object.keys(localStorage).filter(key => key.startsWith('labpool:'))"
            ".forEach(key => localStorage.removeItem(key))"
        )

    def row(self, name: str) -> Locator:
        """The row of a run in the panel."""
        return self.panel.locator(".lp-RunRow").filter(has=self.page.get_by_text(name, exact=True))

    def state(self, name: str) -> Locator:
        """The word for the state in a run's row."""
        return self.row(name).locator(".lp-State")

    def cancel_button(self, name: str) -> Locator:
        """The button in a run's row that cancels it."""
        return self.row(name).get_by_role("button", name="Cancel the run")

    def press_cancel(self, name: str) -> None:
        """Point at a run's row, which shows its buttons, and press the one that cancels."""
        self.row(name).hover()
        self.cancel_button(name).click()

    @property
    def page_state(self) -> Locator:
        """The word for the state on the page of a run."""
        return self.run_page.locator(".lp-PageHead .lp-State")

    def open_run(self, run_id: str) -> None:
        """Open the page of a run, and do not wait for it."""
        self.command("labpool:open-run", id=run_id)

    def submit(self, kind: str, name: str, **params: Any) -> str:
        """Launch a run as somebody else would, and wait for its row."""
        run_id = self.server.submit(kind, params, name=name)
        self.row(name).wait_for()
        return run_id


def requests(lab: PanelPage) -> list[str]:
    """A list that grows with what the page asks Labpool for."""
    asked: list[str] = []

    def note(one: Request | WebSocket) -> None:
        url = urlsplit(one.url)
        if "/labpool/api/" in url.path:
            asked.append(f"{url.scheme} {url.path.split('/labpool/api/')[1]}")

    lab.page.on("request", note)
    lab.page.on("websocket", note)
    return asked
