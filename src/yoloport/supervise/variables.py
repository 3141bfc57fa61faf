"""Environment variables that every process beside torch starts with, unless the user has set them."""

from __future__ import annotations

BESIDE_TORCH = {
    "YOLO_AUTOINSTALL": "False",  # nothing is installed behind the user's back
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime 1.32 has an address for it in its library (read 2026-11-23)
    # How long OpenMP's threads spin before they sleep. An epoch on two cores alone, and beside two other busy
    # processes (2026-11-23): 2000 5.1 s and 16 s; 20000 5.4 s and 17 s; libgomp's own default 5.4 s and 29 s;
    # OMP_WAIT_POLICY=PASSIVE, which never spins, 9.6 s alone. benchmarks/README.md has the whole table.
    "GOMP_SPINCOUNT": "2000",
}
