import { WorkerClient } from "../shared/worker/client.ts";
import type { TrainingMethods } from "./worker.ts";
import workerUrl from "./worker.ts?worker-url";

/** The one training worker of this page: data that one view opens is available to the others. */
export const training: WorkerClient<TrainingMethods> = new WorkerClient(
  () => new Worker(workerUrl, { type: "module", name: "training" }),
);
