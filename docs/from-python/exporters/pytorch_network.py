#!/usr/bin/env python3
"""A PyTorch module through torch.onnx.export, with the scaling inside.    python3 pytorch_network.py penguins.csv out"""

import io

import numpy as np
import torch

import recipe


class Network(torch.nn.Module):
    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("deviation", torch.from_numpy(deviation))
        self.layers = torch.nn.Sequential(torch.nn.Linear(len(mean), 16), torch.nn.ReLU(), torch.nn.Linear(16, 1), torch.nn.Sigmoid())

    def forward(self, measures):
        scaled = (measures - self.mean) / self.deviation
        return self.layers(torch.where(torch.isnan(scaled), torch.zeros_like(scaled), scaled))


def main(data, out):
    x, y, golden = recipe.data(data)
    torch.manual_seed(7)
    model = Network(np.nanmean(x, axis=0), np.nanstd(x, axis=0))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(200):
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy(model(torch.from_numpy(x))[:, 0], torch.from_numpy(y).float())
        loss.backward()
        optimiser.step()
    model.eval()
    file = io.BytesIO()
    torch.onnx.export(
        model, (torch.from_numpy(x[:2]),), file, input_names=["measures"], output_names=["male"],
        dynamic_axes={"measures": {0: "N"}, "male": {0: "N"}}, opset_version=17)
    with torch.no_grad():
        male = model(torch.from_numpy(golden)).numpy()
    recipe.write(
        out, "pytorch_network", file.getvalue(), golden, {"male": male[:, 0]},
        description="Is it a male? A PyTorch module, exported by torch.onnx.export.")


if __name__ == "__main__":
    main(*recipe.arguments())
