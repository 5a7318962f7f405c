"""Steps of PyTorch's DistributedDataParallel with gloo: two processes with one thread each, on the networks of machines.bench.ts."""
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel

NETWORKS = [
    ("3072-128-20", lambda: nn.Sequential(nn.Linear(3072, 128), nn.GELU(approximate="tanh"), nn.Linear(128, 20))),
    (
        "3072-512-256-20, batch normalization, dropout",
        lambda: nn.Sequential(
            *[nn.Linear(3072, 512), nn.BatchNorm1d(512), nn.GELU(approximate="tanh"), nn.Dropout(0.2)],
            *[nn.Linear(512, 256), nn.BatchNorm1d(256), nn.GELU(approximate="tanh"), nn.Dropout(0.2)],
            nn.Linear(256, 20),
        ),
    ),
]


def work(rank, rounds, port):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    dist.init_process_group("gloo", rank=rank, world_size=2)
    torch.set_num_threads(1)
    pixels = torch.randint(0, 256, (4096, 3072), dtype=torch.uint8)
    labels = torch.randint(0, 20, (4096,))
    for name, make in NETWORKS:
        for batch in [100, 400, 1024]:
            network = make()
            if "normalization" in name:  # statistics of the whole batch need GPUs (SyncBatchNorm); here each process has its own
                network.train()
            model = DistributedDataParallel(network)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
            loss = nn.CrossEntropyLoss()
            steps = -(-2000 // batch)
            best = float("inf")
            for turn in range(rounds + 1):
                began = time.perf_counter()
                for _ in range(steps):
                    rows = torch.randint(0, 4096, (batch // 2,))
                    x = (pixels[rows].float() / 255 - 0.5) / 0.25
                    optimizer.zero_grad()
                    loss(model(x), labels[rows]).backward()
                    optimizer.step()
                if turn > 0:
                    best = min(best, (time.perf_counter() - began) / steps)
            if rank == 0:
                print(f"{name}|{batch}|{1000 * best}", flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    mp.spawn(work, args=(int(sys.argv[1]), 29000 + os.getpid() % 1000), nprocs=2)
