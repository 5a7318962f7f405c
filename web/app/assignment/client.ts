import { WorkerClient } from "../shared/worker/client.ts";
import type { AssignmentMethods } from "./worker.ts";
import workerUrl from "./worker.ts?worker-url";

/** The worker in which the assignment's checks run. */
export const assignment: WorkerClient<AssignmentMethods> = new WorkerClient(
  () => new Worker(workerUrl, { type: "module", name: "assignment" }),
);

/** The text of a file of this app, such as the reference values. Throws with what to do where it cannot be loaded. */
export async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: the server answers ${answer.status}; reload the page`);
  return answer.text();
}
