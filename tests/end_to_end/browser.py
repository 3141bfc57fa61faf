"""A JupyterLab page in a real Chromium, for the end-to-end tests: open it, run a notebook, see what a user sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright
from playwright.sync_api import TimeoutError as TooSlow

#: Root needs ``--no-sandbox``; the others keep Chromium from looking for Google's hosts at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

#: Seconds that a page of JupyterLab, or a kernel, may take to be there on a busy machine.
PATIENCE = 90.0

#: What has become of a run: nothing while it goes on, else ``"done"``, ``"stopped"`` before the last cell, or
#: ``"dialog"``, as when a kernel died. A cell without source is never run, and keeps its empty prompt.
OUTCOME = """() => {
    if (document.querySelector('.jp-Dialog')) return 'dialog';
    const status = document.querySelector('.jp-Notebook-ExecutionIndicator').dataset.status;
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
        .filter(cell => cell.querySelector('.jp-InputArea-editor').textContent.trim());
    const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent);
    const ran = prompts.filter(prompt => /\\d/.test(prompt));
    if (status !== 'idle' || prompts.some(prompt => prompt.includes('*')) || !ran.length) return null;
    return ran.length === cells.length ? 'done' : 'stopped';
}"""


#: The fields of a :class:`Picture` for every image, or null for one that cannot be decoded.
SIZES = """images => Promise.all(images.map(image => image.decode().then(() => {
    const shown = image.getBoundingClientRect();
    return [image.naturalWidth, image.naturalHeight, Math.round(shown.width), Math.round(shown.height)];
}, () => null)))"""


class NotebookFailed(AssertionError):
    """A notebook did not run to its end; the message is the first error that the page shows."""


@dataclass(frozen=True)
class Picture:
    """An ``img`` in an output area: the size of the file in pixels, and the size at which the page shows it."""

    width: int
    height: int
    shown_width: int
    shown_height: int


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a screen; ``scripts/browser`` installs it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Lab:
    """One user's browser window on a JupyterLab; a certificate that nobody signed is accepted."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._address = ""
        self._errors: list[str] = []
        self._page = self._new_page()
        self._page.on("websocket", lambda socket: socket.on("framereceived", self._note_error))

    def open(self, address: str, token: str) -> None:
        """Opens the lab at ``address`` (``http(s)://host:port``, with a base path if it has one) and waits for it.

        Raises:
            playwright.sync_api.TimeoutError: no lab is there, or the token is refused.
        """
        self._address = address.rstrip("/")
        self._goto("/lab", reset="", token=token)
        self._page.locator("#jp-main-dock-panel").wait_for()

    def refused(self, address: str, token: str) -> bool:
        """Whether somebody without a cookie who comes with ``token`` gets the login page or a 403, and no lab.

        Raises:
            AssertionError: the answer is neither a lab nor a refusal.
        """
        page = self._new_page()
        try:
            reply = page.goto(f"{address.rstrip('/')}/lab?{urlencode({'token': token})}")
            if urlsplit(page.url).path.endswith("/login") or (reply is not None and reply.status == 403):
                return page.locator("#jp-main-dock-panel").count() == 0
            assert reply, f"{address} gave no answer"
            assert reply.ok, f"{address} answered {reply.status}"
            page.locator("#jp-main-dock-panel").wait_for()
            return False
        finally:
            page.context.close()

    def run_notebook(self, path: str, timeout: float) -> None:
        """Opens the notebook, clears its outputs, runs all cells through the menu and waits for the last one.

        Hidden code is shown first, because a hidden cell bears no number. The file is not saved.

        Args:
            path: relative to the lab's root folder.
            timeout: seconds from the click to the end of the last cell.

        Raises:
            NotebookFailed: with the first error output, the text of an unexpected dialog, or the cells still running.
        """
        self._open_notebook(path)
        self._errors.clear()
        self._menu("View", "notebook:show-all-cell-code")
        self._menu("Edit", "editmenu:clear-all")
        self._menu("Run", "runmenu:run-all")
        try:
            outcome = self._page.wait_for_function(OUTCOME, polling=200, timeout=timeout * 1000).json_value()
        except TooSlow:
            raise NotebookFailed(f"{path} still runs after {timeout:.0f} s: {self._running()}") from None
        if self._errors or outcome != "done":
            dialog = self._page.locator(".jp-Dialog").all_inner_texts()
            raise NotebookFailed("\n".join([f"{path}: {outcome}", *self._errors[:1], *dialog]))

    def output_text(self) -> str:
        """The text of all output areas, from the first cell to the last."""
        return "\n".join(self._page.locator(".jp-OutputArea-output").all_text_contents())

    def pictures_in_output(self) -> list[Picture]:
        """The pictures that the output areas show, from the first to the last; one that did not load is left out."""
        sizes = self._pictures().evaluate_all(SIZES)
        return [Picture(*size) for size in sizes if size and min(size) > 0]

    def screenshot(self, path: Path, *, picture: int | None = None) -> None:
        """Writes a PNG of the window, after scrolling to the picture of that number (from 0) where one is asked for."""
        if picture is not None:
            self._pictures().nth(picture).scroll_into_view_if_needed()
        self._page.screenshot(path=path)

    def has_card(self, title: str) -> bool:
        """Whether the launcher offers a card of that title; cards of proxied servers may come a little later."""
        self._goto("/lab", reset="")
        self._page.locator(".jp-LauncherCard").first.wait_for()
        try:
            # A card that opens a new browser tab bears an arrow behind its title.
            card = re.compile(rf"^\s*{re.escape(title)}(\s*\[↗\])?\s*$")
            self._page.locator(".jp-LauncherCard-label").get_by_text(card).first.wait_for(timeout=10_000)
        except TooSlow:
            return False
        return True

    def close(self) -> None:
        """Closes the window; the lab's kernels go on."""
        self._page.context.close()

    def _new_page(self) -> Page:
        size = {"width": 1400, "height": 1000}
        context = self._browser.new_context(ignore_https_errors=True, locale="en-US", viewport=size)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE * 1000)
        context.route(re.compile(r"/lab/api/settings"), _keep_every_cell_attached)
        return context.new_page()

    def _goto(self, path: str, **query: str) -> None:
        self._page.goto(f"{self._address}{path}?{urlencode(query)}")

    def _open_notebook(self, path: str) -> None:
        # The indicator says "idle" before there is a kernel; "Run All" at that moment asks which kernel to take.
        try:
            with self._page.expect_websocket(lambda socket: "/api/kernels/" in socket.url):
                self._goto(f"/lab/tree/{quote(path)}", reset="")
            self._page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
        except TooSlow:
            dialog = self._page.locator(".jp-Dialog").all_inner_texts()
            raise NotebookFailed("\n".join([f"{path} has no kernel", *dialog])) from None

    def _menu(self, title: str, command: str) -> None:
        self._page.locator(".lm-MenuBar-item").get_by_text(title, exact=True).click()
        self._page.locator(f'.lm-Menu-item[data-command="{command}"]').click()

    def _pictures(self) -> Locator:
        return self._page.locator(".jp-OutputArea-output img")

    def _running(self) -> str:
        cells = self._page.locator(".jp-CodeCell").filter(has=self._page.locator(".jp-InputPrompt", has_text="*"))
        return " | ".join(cells.all_inner_texts()[:1]) or "no cell shows [*]"

    def _note_error(self, frame: str | bytes) -> None:
        # The page shows an error the way it shows anything on stderr; the kernel's own messages tell them apart.
        message = _kernel_message(frame)
        if message and message[0]["msg_type"] == "error":
            self._errors.append(re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(message[1]["traceback"])))


def _kernel_message(frame: str | bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and content of a message from a kernel, else nothing.

    The server packs header, parent, metadata and content behind their offsets, as numbers of 8 bytes.
    https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
    """
    if isinstance(frame, str):
        return None
    numbers = [int.from_bytes(frame[at : at + 8], "little") for at in range(0, 64, 8)]
    _count, _channel, header, parent, _metadata, content, end, *_ = numbers
    return json.loads(frame[header:parent]), json.loads(frame[content:end])


def _keep_every_cell_attached(route: Route) -> None:
    """Answers for the server that ``windowingMode`` is ``none``; its settings stay as they are.

    By default JupyterLab lays out, and in some versions attaches, only the cells near the viewport.
    https://jupyterlab.readthedocs.io/en/stable/extension/notebook.html#windowing-mode
    """
    if route.request.method != "GET":
        route.continue_()
        return
    reply = route.fetch()
    body = reply.json()
    for plugin in body["settings"] if isinstance(body["settings"], list) else [body]:
        if plugin["id"] == "@jupyterlab/notebook-extension:tracker" and "settings" in plugin:
            plugin["settings"]["windowingMode"] = "none"
            plugin["raw"] = json.dumps(plugin["settings"])
    route.fulfill(response=reply, json=body)
