"""A file a target, named as the format: which packages it needs, what the exporter is called with, what comes out.

Facts of all of them: Ultralytics 8.4.190, engine/exporter.py (``export_formats``, ``FP16_FORMATS``, ``INT8_FORMATS``,
``export_*``) and utils/export/*.py, read 2026-11-24.
"""
