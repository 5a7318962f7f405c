import { isPowerOfTwo } from "../../kernels/ranks.ts";
import { SettingsError } from "../../tensor/errors.ts";
import type { Launch } from "./launcher.ts";
import { openMpi } from "./library.ts";
import { MpiRanks } from "./mpiRanks.ts";

/**
 * Joins the processes that mpiexec or srun started together with this one. HANDGRAD_MPI_TIMEOUT is the number of seconds that a
 * process waits for another (default: 300). HANDGRAD_RANK_STEPS is a file descriptor to which the number of each step is written.
 * Throws SettingsError unless the number of processes is a power of two, and HandgradError as `openMpi` does.
 */
export async function joinRanks(launch: Launch, environment: NodeJS.ProcessEnv = process.env): Promise<MpiRanks> {
  if (!isPowerOfTwo(launch.size))
    throw new SettingsError(`mpi: expected a number of processes that is a power of two, found ${launch.size}`);
  const mpi = await openMpi(launch, environment);
  const seconds = Number(environment.HANDGRAD_MPI_TIMEOUT);
  const steps = environment.HANDGRAD_RANK_STEPS;
  return new MpiRanks(mpi, { ...(seconds > 0 && { seconds }), ...(steps && { steps: Number(steps) }) });
}
