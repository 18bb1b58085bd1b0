"""Writes a masked autoencoder's prediction of one picture, three quarters hidden, as ONNX.

Arguments: weights (.safetensors), where the .onnx goes. Inputs: `picture` and its smooth `fill` `[1, 3, size, size]` in
0..1, `order` `[patches]`, the visible patches first, and `back`, the way back from it. Output: `drawn`
`[1, 3, size, size]`. Prints versions as JSON.
"""

import json
import sys

import onnx
import torch

import mae


class Drawing(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model, self.kept = model, model.side**2 // 4

    def forward(self, picture, fill, order, back):
        return self.model(picture, fill, order[None], back[None], self.kept)


def main():
    weights, out = sys.argv[1:3]
    model = mae.load(weights)[0].eval()
    size = model.side * model.patch
    inputs = (torch.rand(1, 3, size, size), torch.rand(1, 3, size, size), *(torch.randperm(model.side**2) for _ in range(2)))
    names = dict(input_names=["picture", "fill", "order", "back"], output_names=["drawn"])
    # Opset 17 has layer normalisation; its GELU is spelt out, which onnxruntime fuses with the bias before it.
    with torch.no_grad():
        torch.onnx.export(Drawing(model), inputs, out, opset_version=17, dynamo=False, **names)
    # PyTorch indexes by int64, which WebGPU lacks: those nodes would wander to the processor and back.
    graph = onnx.load(out)
    for given in graph.graph.input:
        if given.name in ["order", "back"]:
            given.type.tensor_type.elem_type = onnx.TensorProto.INT32
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, out)
    print(json.dumps(dict(torch=torch.__version__, onnx=onnx.__version__)))


main()
