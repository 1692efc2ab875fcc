"""Other runtimes for the transformer of an embedding model: ONNX Runtime and OpenVINO.

The transformer is exported from the loaded weights, which needs no network; pooling and what
follows stay with sentence-transformers. Its own ``backend=`` goes through optimum, whose releases
do not run with transformers 5.6 and later.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.errors import ConfigError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

_NEEDS = {"onnx": ("onnx", "onnxscript", "onnxruntime"), "openvino": ("openvino",)}
Run = Callable[[Sequence[Any]], Any]
"""From input arrays to token vectors."""


def installed(backend: str) -> bool:
    """Whether what a backend needs is there."""
    return all(map(find_spec, _NEEDS[backend]))


def compiled(
    model: SentenceTransformer, backend: str, dtype: str
) -> Callable[[dict[str, Any]], Tensor]:
    """The forward pass of a model with its transformer in another runtime.

    Raises:
        ConfigError: the runtime is not installed, cannot do that, or the model has no transformer.
    """
    if not installed(backend):
        raise ConfigError(
            f"embedding.backend {backend!r} needs packages that are not installed; run "
            f"pip install 'stillhouse[{backend}]', or take the backend `torch`"
        )
    if not hasattr(model[0], "auto_model"):
        raise ConfigError(
            f"embedding.backend {backend!r} runs transformers, and this model has none; take the "
            "backend `torch`"
        )
    if backend == "onnx" and dtype != "float32":
        raise ConfigError("embedding.backend 'onnx' computes in float32; set embedding.dtype so")
    import torch

    sample = model.preprocess(["two words", "and some more of them"])
    shape = sample["input_ids"].shape
    names = [n for n, value in sample.items() if getattr(value, "shape", None) == shape]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing, about shapes that are known to be right
        inputs = tuple(sample[name] for name in names)
        run = _export(model[0].auto_model, names, inputs, backend, dtype)

    def forward(tokens: dict[str, Any]) -> Tensor:
        rows = run([tokens[name].numpy() for name in names])
        features = {**tokens, "token_embeddings": torch.from_numpy(rows)}
        for module in [*model][1:]:
            features = module(features)
        pooled: Tensor = features["sentence_embedding"]
        return pooled

    return forward


def _export(
    transformer: Any, names: Sequence[str], inputs: tuple[Tensor, ...], backend: str, dtype: str
) -> Run:
    import torch

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = transformer

        def forward(self, *tensors: Tensor) -> Any:
            return self.inner(**dict(zip(names, tensors, strict=True))).last_hidden_state

    plain = Plain().eval()
    return _openvino(plain, inputs, dtype) if backend == "openvino" else _onnx(plain, names, inputs)


def _openvino(plain: Any, inputs: tuple[Tensor, ...], dtype: str) -> Run:
    import openvino
    import torch

    free = openvino.PartialShape([-1, -1])
    graph = openvino.convert_model(
        plain, example_input=inputs, input=[(free, openvino.Type.i64) for _ in inputs]
    )
    hints = {
        "INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16"}[dtype],
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
    }
    ready = openvino.Core().compile_model(graph, "CPU", hints)
    return lambda arrays: ready([*arrays])[0]


def _onnx(plain: Any, names: Sequence[str], inputs: tuple[Tensor, ...]) -> Run:
    import onnxruntime
    import torch

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    free = {0: torch.export.Dim("rows"), 1: torch.export.Dim("columns")}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            plain,
            inputs,
            path,
            input_names=names,
            dynamic_shapes=(tuple(free for _ in inputs),),
            dynamo=True,
            verbose=False,
        )
        session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
    return lambda arrays: session.run(None, dict(zip(names, arrays, strict=True)))[0]
