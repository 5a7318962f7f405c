import type { ModelInfo } from "../worker/protocol.ts";
import { PredictPictures } from "./predictPictures.tsx";
import { PredictRows } from "./predictRows.tsx";

/** Predictions for new inputs: typed, drawn, from the webcam or dropped. */
export function PredictSection({ run, model }: { readonly run: string; readonly model: ModelInfo }) {
  if (model.kind === "numbers") return null;
  return (
    <section aria-labelledby="predict">
      <h2 id="predict">Predict {model.kind === "table" ? model.target : "images"}</h2>
      {model.kind === "table" ? <PredictRows run={run} model={model} /> : <PredictPictures run={run} model={model} />}
    </section>
  );
}
