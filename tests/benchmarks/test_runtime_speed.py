"""How the runtime's benchmark gets from seconds to what the documents say."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from runtime_speed import table
from runtime_speed.rounds import Contestant, Measured, measure
from runtime_speed.summary import Claim, judged, rows

OURS = Measured(wall=[2.0, 1.0, 4.0], cpu=[1.1, 1.0, 1.2], each=[[0.1, 0.2], [0.1, 0.1], [0.3, 0.1]], boxes={7})
PEER = Measured(wall=[4.0, 1.5, 4.0], cpu=[1.0, 1.0, 1.0], each=[[0.2, 0.2], [0.4, 0.4], [0.3, 0.3]], boxes={7})
BOTH = {"ours": OURS, "peer": PEER}


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    told = judged(Claim("throughput", "faster", "ours", "peer", 1.4), BOTH)
    assert (told["value"], told["least"], told["most"], told["met"]) == (1.5, 1.0, 2.0, True)


def test_latency_compares_each_picture_with_itself():
    told = judged(Claim("latency", "latency", "ours", "peer", 2.5), BOTH)
    assert (told["least"], told["value"], told["most"], told["met"]) == (1.5, 2.0, 4.0, False)


def test_processor_time_beyond_the_bare_engine_must_stay_below_its_target():
    told = judged(Claim("beyond", "beyond", "ours", "peer", 0.05), BOTH)
    assert told["value"] == pytest.approx(0.1) and not told["met"]


def test_a_contestant_is_told_by_its_medians():
    told = rows(BOTH, pictures=10)["ours"]
    assert (told["per_second"], told["slowest"], told["fastest"]) == (5.0, 2.5, 10.0)
    assert told["cpu_ms"] == 110.0 and told["boxes"] == [7]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_claim_has_words_and_a_verdict(tmp_path, language):
    kinds = {name: name.partition("-")[0] for name in table.CLAIMS[language] if name[:5] in ("beyon", "share", "laten")}
    said = [
        judged(Claim(name, kinds.get(name, "faster"), "ours", "peer", 1.4), BOTH) for name in table.CLAIMS[language]
    ]
    file = tmp_path / "results.json"
    facts = {"date": "2026-11-28", "machine": "M, 2 cores", "versions": {"openvino": "1"}, "rounds": 3, "pictures": 10}
    load = {"before": 0.1, "after": 1.9}
    told = {**facts, "load_1min": load, "claims": said, "contestants": rows(BOTH, 10)}
    file.write_text(json.dumps(told), encoding="utf-8")
    lead, _, *lines = table.claims(language, file).splitlines()
    assert all(word in lead for word in ("2026-11-28", "M, 2 cores", "openvino 1", "0.1", "1.9"))
    assert len(lines) == 2 + len(table.CLAIMS["en"]) and lines[2].endswith(f"| {table.MET[language][1]} |")
    beyond = lines[2 + list(table.CLAIMS[language]).index("beyond")]
    assert "10.0 %" in beyond and "| 5.0 | 2.5 – 10.0 | 110 |" in table.runs(language, file)


def test_a_contestant_that_ends_is_named(tmp_path):
    with pytest.raises(SystemExit, match="nobody ended with 1"):
        measure([Contestant("nobody", "no such kind", tmp_path)], tmp_path / "list.txt", 1)
