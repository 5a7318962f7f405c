#!/usr/bin/env bash
# The same with Open MPI. Without --bind-to none it gives each process one core, whatever the number of threads.
#   examples/cluster/openmpi.sh HOSTS N DATA [options of train]
set -euo pipefail
hosts=$1 processes=$2 data=$3
shift 3
exec mpirun --hostfile "$hosts" --map-by "ppr:${PER_MACHINE:-1}:node" --bind-to none -n "$processes" \
  "${HANDGRAD:-handgrad}" train "$data" --shards 8 --batch-size 1024 --out "${OUT:-runs/cluster}" "$@"
