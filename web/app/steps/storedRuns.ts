import { modelFile } from "handgrad";
import { lossOf } from "../training/lossOf.ts";
import type { ModelFile } from "./protocol.ts";

/** A run of Experiments or Your data that has a model. */
export interface StoredModel {
  readonly run: string;
  /** the loss that it was trained with */
  readonly loss: string | undefined;
}

/** The runs in this browser. An article that embeds the view has none. */
export interface StoredRuns {
  list(): Promise<readonly StoredModel[]>;
  read(run: string): Promise<ModelFile>;
}

/** The training worker reads them; it starts when they are first asked for. */
const worker = async () => (await import("../training/client.ts")).training;

export const storedRuns: StoredRuns = {
  async list() {
    const runs = await (await worker()).call("listRuns", undefined);
    return runs.filter(({ epochs }) => epochs > 0).map((run) => ({ run: run.name, loss: lossOf(run) }));
  },
  async read(run) {
    const bytes = await (await worker()).call("readModelOf", { name: run });
    if (!bytes) throw new Error(`${run}: expected a run with a model, found none; its first epoch has not ended`);
    return { name: `${run}/${modelFile}`, bytes, run };
  },
};
