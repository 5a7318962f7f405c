import { type DataRequest, standInSource } from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { serveWorker } from "../shared/worker/serve.ts";
import { kernelsFor } from "./kernels.ts";
import { type RunMethods, runMethods } from "./methods.ts";
import { Sources } from "./sources.ts";

// The worker that trains, for the views of data and of experiments.

const allocateBytes = (length: number) => kernelsFor(false).allocateBytes(length);
const sources = new Sources(async (_files: readonly ChosenFile[], request: DataRequest) =>
  standInSource(request, { allocateBytes }),
);
const methods = runMethods(sources);

export type TrainingMethods = RunMethods;

serveWorker(methods);
