import { serveWorker } from "../shared/worker/serve.ts";
import { shapeBeforeLast } from "./openNetwork.ts";
import type { EntryRequest, InsertRequest, ModelFile } from "./protocol.ts";
import { StepSession } from "./session.ts";
import type { StepRequest } from "./state.ts";
import { fittingOptions } from "./usualOptions.ts";

let session: StepSession | undefined;

serveWorker({
  open({ step, model }: { readonly step: StepRequest; readonly model?: ModelFile }) {
    session = new StepSession(step, model);
    return session.data;
  },
  entry(request: EntryRequest) {
    return session?.entry(request);
  },
  optionsToInsert: ({ step, layers, kind }: InsertRequest) => fittingOptions(kind, shapeBeforeLast(step, layers)),
});
