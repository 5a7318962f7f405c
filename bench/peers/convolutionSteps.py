"""The training step of bench/convolutionSteps.bench.ts in PyTorch: python convolutionSteps.py PRECISION THREADS

Reads a JSON line {"widths": [...], "seconds": s} at a time, answers {"steps": 1, "seconds": s}, the fastest step. A small convolutional network
similar to airbench94 in channels_last: whitened 2×2 patches (not trained), three blocks, a 3×3 maximum, a linear layer. The step: gather a shifted and
mirrored batch of 256 from normalized images in memory, forward, cross-entropy with label smoothing, backward, SGD with Nesterov momentum.
"""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

precision, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
ROWS, BATCH, LAST = 4096, 256, torch.channels_last


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs, momentum=0.4)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs, momentum=0.4)
        for conv in (self.conv1, self.conv2):
            nn.init.dirac_(conv.weight[: conv.in_channels])

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class Network(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2, bias=False)
        self.whiten.weight.requires_grad = False
        self.blocks = nn.Sequential(*(Block(a, b) for a, b in zip([24, *widths], widths)))
        self.head = nn.Linear(widths[-1], 100)

    def forward(self, x):
        return self.head(F.max_pool2d(self.blocks(F.gelu(self.whiten(x))), 3).flatten(1)) / 9


def make_step(widths):
    images = F.pad(torch.randn(ROWS, 3, 32, 32), (2, 2, 2, 2), mode="reflect").contiguous(memory_format=LAST)
    labels = torch.randint(0, 100, (ROWS,))
    network = Network(widths).to(memory_format=LAST)
    trained = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)

    def step():
        rows = torch.randint(0, ROWS, (BATCH,))
        down, across = torch.randint(0, 5, (2,)).tolist()
        x = images[rows][:, :, down : down + 32, across : across + 32]
        x = torch.where((torch.rand(BATCH) < 0.5)[:, None, None, None], x.flip(3), x).contiguous(memory_format=LAST)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            loss = F.cross_entropy(network(x).float(), labels[rows], label_smoothing=0.2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


print(json.dumps({"ready": f"PyTorch {torch.__version__.split('+')[0]}, {precision}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    step = make_step(request["widths"])
    step()
    step()
    least, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < request["seconds"]:
        before = time.perf_counter()
        step()
        least = min(least, time.perf_counter() - before)
    print(json.dumps({"steps": 1, "seconds": least}), flush=True)
