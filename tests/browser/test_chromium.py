"""The Chromium that the browser tests drive."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import chromium


def test_a_page_draws_chinese(page: Page) -> None:
    page.set_content("<h1>结算单</h1>")
    assert page.inner_text("h1") == "结算单"


def test_the_named_one_is_the_only_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUSEMETER_CHROMIUM", "/no/such/chrome")
    assert list(chromium.candidates()) == ["/no/such/chrome"]
    assert chromium.find_chromium() is None


def test_one_that_does_not_start_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, body in {"chromium": "exit 1", "google-chrome": "echo Chrome 1"}.items():
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
    monkeypatch.delenv("CLAUSEMETER_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.setattr(chromium, "NAMES", ("chromium", "google-chrome"))
    monkeypatch.setattr(chromium.shutil, "which", lambda name: str(tmp_path / name))
    assert chromium.find_chromium() == str(tmp_path / "google-chrome")


@pytest.mark.parametrize(("setup", "user", "allowed"), [("system", 0, True), ("system", 1000, False), ("", 0, False)])
def test_packages_are_installed_only_when_told_and_root(
    monkeypatch: pytest.MonkeyPatch, setup: str, user: int, allowed: bool
) -> None:
    monkeypatch.setenv("SETUP", setup)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert chromium.may_use_apt() is allowed
