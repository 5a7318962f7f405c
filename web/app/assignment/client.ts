import { WorkerClient } from "../shared/worker/client.ts";
import type { AssignmentMethods } from "./worker.ts";
import workerUrl from "./worker.ts?worker-url";

/** The worker in which the assignment's checks run. */
export const assignment: WorkerClient<AssignmentMethods> = new WorkerClient(
  () => new Worker(workerUrl, { type: "module", name: "assignment" }),
);
