"""What another tool counts against what is counted here."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.host import second_opinion
from yoloport.host.facts import NotUnderstood
from yoloport.platforms.choose import cards


def second_opinion_differs(case: Case) -> Iterator[Found]:
    """The other tool was installed and asked, and finds another number of cards of a platform."""
    answer = case.around.answer(*second_opinion.QUERY)
    if answer is None:
        return
    try:
        counted = second_opinion.counted(answer)
    except NotUnderstood as error:
        yield Found({"why": error.why}, variant="misread", raw=error.text[:4000])
        return
    if not answer.ok:
        yield Found({"why": answer.fault or f"exit code {answer.code}"}, variant="misread", raw=answer.text[:4000])
        return
    for platform in case.platforms.values():
        theirs, ours = counted.get(platform.counted_as, 0), len(cards(platform.match, case.host))
        if platform.counted_as and theirs != ours:
            yield Found({"platform": platform.name, "theirs": theirs, "ours": ours})


CHECKS: dict[str, Look] = {"second-opinion-differs": second_opinion_differs}
