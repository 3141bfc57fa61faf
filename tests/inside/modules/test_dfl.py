"""The box integral without a transposition: the same numbers, and a graph without it."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
block = pytest.importorskip("ultralytics.nn.modules.block")

from yoloport.inside.modules import Applied, export_form  # noqa: E402
from yoloport.inside.modules.dfl import WITHOUT_TRANSPOSE, forward_without_transpose  # noqa: E402

pytestmark = pytest.mark.torch

SHAPES = [(1, 16, 1), (1, 16, 8400), (3, 16, 77), (2, 8, 20), (2, 32, 5), (0, 16, 4)]
# Largest distance from upstream on distances up to the number of bins: the rounding of each type there.
TYPES = {torch.float64: 1e-10, torch.float32: 1e-4, torch.float16: 3e-2, torch.bfloat16: 2e-1}


def logits(batch: int, bins: int, anchors: int, dtype=torch.float32):
    return (torch.randn(batch, 4 * bins, anchors, generator=torch.Generator().manual_seed(1)) * 4).to(dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_it_computes_what_upstream_computes(shape, dtype):
    module, x = block.DFL(shape[1]).to(dtype), logits(*shape, dtype)
    ours, theirs = forward_without_transpose(module, x), module(x)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=TYPES[dtype])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_its_gradient_is_upstreams(shape):
    module = block.DFL(shape[1])
    gradients = []
    for forward in (block.DFL.forward, forward_without_transpose):
        x = logits(*shape).requires_grad_()
        y = forward(module, x)
        y.backward(torch.linspace(-1, 1, y.numel()).view(y.shape))
        gradients.append(x.grad)
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


def test_it_is_traced_and_the_trace_takes_other_sizes():
    module = block.DFL(16).eval()
    with export_form(WITHOUT_TRANSPOSE) as (outcome,):
        assert isinstance(outcome, Applied)
        traced = torch.jit.trace(module, logits(1, 16, 20))
    operators = {node.kind() for node in traced.inlined_graph.nodes()}
    assert operators.isdisjoint({"aten::transpose", "aten::permute", "aten::_convolution"})
    torch.testing.assert_close(traced(logits(3, 16, 33)), module(logits(3, 16, 33)), rtol=1e-4, atol=1e-4)


# 17 is what converters ask for; below 13 ONNX knows a softmax over the last dimensions only, and torch transposes.
@pytest.mark.parametrize(("opset", "transposed"), [(13, False), (17, False), (12, True)])
def test_it_is_exported_to_onnx_without_transposition_and_convolution(tmp_path: Path, opset, transposed):
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    module, x, file = block.DFL(16).eval(), logits(2, 16, 21), tmp_path / "dfl.onnx"
    with export_form(WITHOUT_TRANSPOSE):
        torch.onnx.export(
            module, (x,), str(file), opset_version=opset, dynamo=False, input_names=["x"], dynamic_axes={"x": [0, 2]}
        )
    operators = {node.op_type for node in onnx.load(file).graph.node}
    assert "Softmax" in operators
    assert "Conv" not in operators
    assert ("Transpose" in operators) == transposed
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for given in (x, logits(1, 16, 50)):
        got = torch.from_numpy(session.run(None, {"x": given.numpy()})[0])
        torch.testing.assert_close(got, module(given), rtol=1e-4, atol=1e-4)


def test_the_new_exporter_of_torch_takes_it(tmp_path: Path):
    pytest.importorskip("onnxscript")
    with export_form(WITHOUT_TRANSPOSE):
        program = torch.onnx.export(block.DFL(16).eval(), (logits(1, 16, 21),), dynamo=True)
    operators = {node.op_type for node in program.model.graph}
    assert operators.isdisjoint({"Transpose", "Conv"})
