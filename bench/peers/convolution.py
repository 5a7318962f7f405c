"""One pass of a convolution in PyTorch (oneDNN, channels_last, float32), for bench/convolution.bench.ts: python convolution.py THREADS

Reads a JSON line {"convolution": {...}, "pass": "forward" | "input" | "weights", "seconds": s} at a time and answers
{"steps": 1, "seconds": the shortest time of a pass}.
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = sys.argv[1]
import torch

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)


def make(of, which):
    images = lambda sides, channels: torch.randn(of["batch"], channels, *sides).contiguous(memory_format=torch.channels_last)
    x, dy = images(of["input"], of["channels"]), images(of["output"], of["outputs"])
    w = torch.randn(of["outputs"], of["channels"] // of["groups"], *of["kernel"]).contiguous(memory_format=torch.channels_last)
    settings = [of["stride"], of["padding"], of["dilation"]]
    if which == "forward":
        return lambda: torch.nn.functional.conv2d(x, w, None, *settings, of["groups"])
    mask = [which == "input", which == "weights", False]
    return lambda: torch.ops.aten.convolution_backward(dy, x, w, None, *settings, False, [0, 0], of["groups"], mask)


print(json.dumps({"ready": f"torch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    with torch.no_grad():
        run = make(request["convolution"], request["pass"])
        run()
        least, start = float("inf"), time.perf_counter()
        while time.perf_counter() - start < request["seconds"]:
            before = time.perf_counter()
            run()
            least = min(least, time.perf_counter() - before)
    print(json.dumps({"steps": 1, "seconds": least}), flush=True)
