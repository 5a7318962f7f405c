/** How this process was started with others. */
export interface Launch {
  readonly rank: number;
  readonly size: number;
  /** the number of processes on this machine */
  readonly local: number;
  /** the number of processors that Slurm assigns to each process (--cpus-per-task) */
  readonly processors?: number;
  /** the launcher, recognized by its environment variables; it decides which library is tried first */
  readonly by: "Open MPI" | "PMI";
}

/** The environment variables for rank and number of ranks, set by mpiexec of Open MPI, mpiexec of MPICH (and compatible MPIs), and srun. */
const variables = [
  {
    by: "Open MPI",
    rank: "OMPI_COMM_WORLD_RANK",
    size: "OMPI_COMM_WORLD_SIZE",
    local: "OMPI_COMM_WORLD_LOCAL_SIZE",
  },
  { by: "PMI", rank: "PMI_RANK", size: "PMI_SIZE", local: "MPI_LOCALNRANKS" },
  { by: "Open MPI", rank: "PMIX_RANK", size: "SLURM_STEP_NUM_TASKS", local: "SLURM_STEP_TASKS_PER_NODE" },
  { by: "PMI", rank: "SLURM_PROCID", size: "SLURM_STEP_NUM_TASKS", local: "SLURM_STEP_TASKS_PER_NODE" },
] as const;

/** The launch of this process by mpiexec or srun; undefined if it was started alone. */
export function launchOf(environment: Readonly<Record<string, string | undefined>>): Launch | undefined {
  for (const { by, rank, size, local } of variables) {
    const [own, all] = [wholeNumber(environment[rank]), wholeNumber(environment[size])];
    if (own === undefined || all === undefined || all < 2) continue;
    // Slurm writes "2(x3)" for two processes on each of three machines
    const tasks = environment[local] ?? environment.SLURM_STEP_TASKS_PER_NODE ?? "";
    const here = wholeNumber(/^\d+/.exec(tasks)?.[0]) ?? 1;
    const processors = wholeNumber(environment.SLURM_CPUS_PER_TASK);
    return { rank: own, size: all, local: Math.max(1, here), by, ...(processors && { processors }) };
  }
  return undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
