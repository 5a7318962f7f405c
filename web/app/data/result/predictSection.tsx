import type { ModelInfo } from "../worker/protocol.ts";
import { PredictPictures } from "./predictPictures.tsx";
import { PredictRows } from "./predictRows.tsx";

/** Answers to new inputs: typed, drawn, from the webcam or dropped. */
export function PredictSection({ run, model }: { readonly run: string; readonly model: ModelInfo }) {
  if (model.kind === "numbers") return null;
  return (
    <section aria-labelledby="predict">
      <h2 id="predict">Predict {model.kind === "table" ? model.target : "with it"}</h2>
      {model.kind === "table" ? <PredictRows run={run} model={model} /> : <PredictPictures run={run} model={model} />}
    </section>
  );
}
