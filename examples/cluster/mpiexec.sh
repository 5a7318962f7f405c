#!/usr/bin/env bash
# Trains on the machines of a host file, one process on each, with MPICH, Intel MPI or another relative.
#   examples/cluster/mpiexec.sh HOSTS N DATA [options of train]
# The number of processes N, a power of two, must divide --shards, and --shards the batch size.
# All machines need Handgrad at the same path, the data, and the folder for the results.
set -euo pipefail
hosts=$1 processes=$2 data=$3
shift 3
exec mpiexec -f "$hosts" -ppn "${PER_MACHINE:-1}" -n "$processes" \
  "${HANDGRAD:-handgrad}" train "$data" --shards 8 --batch-size 1024 --out "${OUT:-runs/cluster}" "$@"
