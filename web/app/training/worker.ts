import { dataMethods } from "../data/worker/dataMethods.ts";
import { modelMethods } from "../data/worker/modelMethods.ts";
import { serveWorker } from "../shared/worker/serve.ts";
import { kernelsFor } from "./kernels.ts";
import { runMethods } from "./methods.ts";
import { Sources } from "./sources.ts";

// The worker that trains, for the views of data and of experiments.

const sources = new Sources((length) => kernelsFor(false).allocateBytes(length));
const methods = { ...runMethods(sources), ...dataMethods(sources), ...modelMethods() };

export type TrainingMethods = typeof methods;

serveWorker(methods);
