"""A layer in PyTorch under bfloat16 autocast, for bench/precision.bench.ts: python precision.py THREADS

Weights, images and gradients of the input are float32, as in training. Reads a JSON line {"product": [rows, inputs, outputs]} or
{"convolution": {...}}, with "pass": "forward" | "both" and "seconds", at a time; answers {"steps": 1, "seconds": the shortest time}.
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = sys.argv[1]
import torch

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)


def make(request):
    if "product" in request:
        rows, inputs, outputs = request["product"]
        x, layer = torch.randn(rows, inputs), torch.nn.Linear(inputs, outputs)
    else:
        of = request["convolution"]
        x = torch.randn(of["batch"], of["channels"], *of["input"]).contiguous(memory_format=torch.channels_last)
        layer = torch.nn.Conv2d(of["channels"], of["outputs"], of["kernel"], padding=of["padding"], bias=False)
        layer = layer.to(memory_format=torch.channels_last)
    x.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        dy = torch.randn_like(layer(x))

    def forward():
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            layer(x)

    def both():
        x.grad = layer.weight.grad = None
        with torch.autocast("cpu", torch.bfloat16):
            y = layer(x)
        y.backward(dy)

    return forward if request["pass"] == "forward" else both


print(json.dumps({"ready": f"torch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    run = make(request)
    run()
    least, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < request["seconds"]:
        before = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - before)
    print(json.dumps({"steps": 1, "seconds": least}), flush=True)
