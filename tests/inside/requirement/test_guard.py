"""YOLOPORT_REQUIRE: stop, warn, or nothing."""

from __future__ import annotations

import pytest

from yoloport.inside.requirement import guard, why
from yoloport.inside.requirement.why import Reason
from yoloport.inside.requirement.wish import BadWish, wish


@pytest.fixture(autouse=True)
def no_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is not looked at: what doctor would say is given."""
    monkeypatch.setattr(why, "why", lambda environ: Reason("no card", "Plug one in.", "docs/en/doctor.md", "the-card"))
    guard._said.clear()


@pytest.mark.parametrize("said", ["off", "", "OFF"])
def test_off_says_nothing(said: str, recwarn: pytest.WarningsRecorder):
    guard.check("", {"YOLOPORT_REQUIRE": said})
    guard.check("", {})
    assert not recwarn.list


def test_accelerator_stops_with_doctors_cause_and_remedy_and_the_way_around():
    with pytest.raises(guard.WouldBeCpu) as caught:
        guard.check("0", {"YOLOPORT_REQUIRE": "accelerator"})
    assert caught.value.requested == "0" and caught.value.finding == "the-card"
    for part in ("no card", "Plug one in.", "device='cpu'", "docs/en/doctor.md"):
        assert part in str(caught.value)


def test_the_remedy_ends_before_the_way_around_begins(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(why, "why", lambda environ: Reason("no card", "plug one in: sudo it"))
    with pytest.raises(guard.WouldBeCpu) as caught:
        guard.check("", {"YOLOPORT_REQUIRE": "accelerator"})
    assert "plug one in: sudo it. To compute on the processor" in caught.value.remedy


def test_warn_says_it_once():
    with pytest.warns(guard.OnProcessor, match="no card") as said:
        guard.check("", {"YOLOPORT_REQUIRE": "warn"})
        guard.check("", {"YOLOPORT_REQUIRE": "warn"})
    assert len(said) == 1


def test_in_warn_doctor_is_asked_once_however_often_a_device_is(monkeypatch: pytest.MonkeyPatch):
    looks = []
    monkeypatch.setattr(why, "why", lambda environ: looks.append(1) or Reason(f"look {len(looks)}", "Wait."))
    with pytest.warns(guard.OnProcessor):
        for request in ("", "0", ""):
            guard.check(request, {"YOLOPORT_REQUIRE": "warn"})
    assert len(looks) == 1


def test_a_warning_given_does_not_soften_a_later_stop():
    with pytest.warns(guard.OnProcessor):
        guard.check("", {"YOLOPORT_REQUIRE": "warn"})
    with pytest.raises(guard.WouldBeCpu):
        guard.check("", {"YOLOPORT_REQUIRE": "accelerator"})


def test_a_misspelt_wish_is_no_wish_for_off():
    with pytest.raises(BadWish, match="acelerator"):
        wish({"YOLOPORT_REQUIRE": "acelerator"})
