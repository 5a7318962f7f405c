import { availableParallelism } from "node:os";
import { joinRanks, type Launch, LostRankError, launchOf, type MpiRanks, SettingsError } from "../src/node.ts";
import type { KernelFlags } from "./options.ts";
import { beSilent, speakAgain } from "./output.ts";
import { exitCodes } from "./usage.ts";

// Training in several processes, which mpiexec or srun has started. Rank 0 alone prints and writes.

/** How this process was started with others; undefined where it was started alone: then nothing of MPI is loaded. */
export const launch = (): Launch | undefined => launchOf(process.env);

/** The flags, with the cores of the machine divided among its processes as threads, unless --threads is given. */
export function withThreadsOf<Flags extends KernelFlags>(flags: Flags, { local, processors }: Launch): Flags {
  const cores = availableParallelism();
  const each = processors === undefined ? Math.floor(cores / local) : Math.min(cores, processors);
  return flags.threads === undefined ? { ...flags, threads: Math.max(1, each) } : flags;
}

/** Runs `work` in all ranks. If it fails in one rank, that rank prints the reason, and all ranks end. */
export async function inRanks(launch: Launch, work: (ranks: MpiRanks) => Promise<void>): Promise<void> {
  if (launch.rank > 0) beSilent();
  // MPICH's mpiexec sends this signal when another rank has died; without a handler, Node would open its debugger
  process.on("SIGUSR1", () => {});
  // The process that watches this one has ended (superviseRank.ts)
  process.on("disconnect", () => process.exit(exitCodes.failure));
  process.channel?.unref();
  let ranks: MpiRanks | undefined;
  try {
    ranks = await joinRanks(launch);
    await work(ranks);
    await ranks.end();
  } catch (error) {
    const code = error instanceof SettingsError ? exitCodes.wrongUsage : exitCodes.failure;
    if (!(error instanceof LostRankError)) {
      // An error that all ranks find is printed by rank 0, which ends the others during this pause
      if (launch.rank > 0) await pause(1000);
      speakAgain();
      if (!ranks) throw error;
      const said = error instanceof Error ? error.message : String(error);
      console.error(`error: ${launch.rank > 0 ? `rank ${launch.rank}: ` : ""}${said}`);
    }
    await pause(200); // mpiexec passes on what was printed, but not after an abort
    ranks?.abort(code);
    process.exit(code);
  }
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
