import { expect, test } from "vitest";
import { launchOf } from "../../../src/node.ts";

test.each([
  [
    "mpiexec of MPICH",
    { PMI_RANK: "1", PMI_SIZE: "4", MPI_LOCALNRANKS: "2" },
    { rank: 1, size: 4, local: 2, by: "PMI" },
  ],
  [
    "mpiexec of Open MPI",
    { OMPI_COMM_WORLD_RANK: "3", OMPI_COMM_WORLD_SIZE: "8", OMPI_COMM_WORLD_LOCAL_SIZE: "8", PMIX_RANK: "3" },
    { rank: 3, size: 8, local: 8, by: "Open MPI" },
  ],
  [
    "srun",
    { SLURM_PROCID: "5", SLURM_STEP_NUM_TASKS: "6", SLURM_STEP_TASKS_PER_NODE: "2(x3)" },
    { rank: 5, size: 6, local: 2, by: "PMI" },
  ],
  [
    "srun --mpi=pmi2 --cpus-per-task=4",
    {
      ...{ PMI_RANK: "2", PMI_SIZE: "4", SLURM_PROCID: "2", SLURM_STEP_NUM_TASKS: "4" },
      ...{ SLURM_STEP_TASKS_PER_NODE: "2(x2)", SLURM_CPUS_PER_TASK: "4" },
    },
    { rank: 2, size: 4, local: 2, by: "PMI", processors: 4 },
  ],
  ["the script of sbatch, which is one process", { SLURM_PROCID: "0", SLURM_NTASKS: "4" }, undefined],
  ["mpiexec -n 1", { PMI_RANK: "0", PMI_SIZE: "1" }, undefined],
  ["nothing", {}, undefined],
  ["variables that are no numbers", { PMI_RANK: "x", PMI_SIZE: "4" }, undefined],
])("%s", (_, environment, expected) => {
  expect(launchOf(environment)).toEqual(expected);
});
