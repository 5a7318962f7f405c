import { serveWorker } from "../shared/worker/serve.ts";
import type { EntryRequest, ModelFile } from "./protocol.ts";
import { StepSession } from "./session.ts";
import type { StepRequest } from "./state.ts";

let session: StepSession | undefined;

serveWorker({
  open({ step, model }: { readonly step: StepRequest; readonly model?: ModelFile }) {
    session = new StepSession(step, model);
    return session.data;
  },
  entry(request: EntryRequest) {
    return session?.entry(request);
  },
});
