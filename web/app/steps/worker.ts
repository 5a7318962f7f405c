import { serveWorker } from "../shared/worker/serve.ts";
import { shapeBeforeLast } from "./openNetwork.ts";
import type { EntryRequest, InsertRequest, ModelFile } from "./protocol.ts";
import { StepSession } from "./session.ts";
import type { StepRequest } from "./state.ts";
import { fittingOptions } from "./usualOptions.ts";

let session: StepSession | undefined;
let id = 0;

serveWorker({
  open({ step, model }: { readonly step: StepRequest; readonly model?: ModelFile }) {
    session = new StepSession(step, model);
    id++;
    return { ...session.data, id };
  },
  entry({ step, ...request }: EntryRequest & { readonly step: number }) {
    return step === id ? session?.entry(request) : undefined;
  },
  optionsToInsert: ({ step, layers, kind }: InsertRequest) => fittingOptions(kind, shapeBeforeLast(step, layers)),
});
