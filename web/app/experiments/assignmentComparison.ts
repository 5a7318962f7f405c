import { comparisonSettings } from "handgrad/assignment";
import type { OpenedData, StartRun } from "../training/protocol.ts";

/** The runs that the button starts, in the order of the assignment, with the names of their folders. */
const compared = [
  { run: "sgd", name: "no-regularization" },
  { run: "l1", name: "l1" },
  { run: "l2", name: "l2" },
  { run: "sgdw", name: "weight-decay" },
  { run: "adamw", name: "adamw" },
] as const;

/** The assignment's comparison on open data: the same network and seed, and five ways to keep its weights small. */
export function assignmentRuns(
  data: OpenedData,
  { epochs, trainRows }: { readonly epochs: number; readonly trainRows: number },
): StartRun[] {
  return compared.map(({ run, name }) => ({
    ...{ name: `comparison-${name}`, data: data.id, trainRows },
    given: { ...comparisonSettings[run], epochs },
  }));
}
