"""The checks of the selftest, in the order they run."""

from __future__ import annotations

from yoloport.inside.selftest.check import Check
from yoloport.inside.selftest.convolution import convolution
from yoloport.inside.selftest.detector import onnx_export, prediction
from yoloport.inside.selftest.training_step import training_step

CHECKS = (
    Check("convolution", "workspace", "convolution forward and backward against float64", convolution),
    Check("training-step", "train", "one training step of YOLOv8n, weights change", training_step),
    Check("predict", "predict", "prediction on a photograph, shapes and device", prediction),
    Check("onnx-export", "convert", "ONNX export, onnxruntime against torch (CPU)", onnx_export, always_on_cpu=True),
)
