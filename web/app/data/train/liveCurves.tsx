import { Curves } from "../../shared/ui/curves.tsx";
import type { RunCurves } from "../../training/protocol.ts";
import { metricName } from "../words.ts";

/** The loss of the steps, and the scores after each epoch. */
export function LiveCurves({ curves }: { readonly curves: RunCurves }) {
  const { loss, trainScore, valScore, metric } = curves;
  const isAccuracy = metric === "accuracy";
  const scaled = (values: readonly number[]) => (isAccuracy ? values.map((value) => 100 * value) : [...values]);
  const name = metricName(metric ?? "accuracy");
  return (
    <div class="two">
      <figure>
        <figcaption>Loss of the training steps</figcaption>
        <Curves
          title="Loss"
          x={loss.steps}
          xLabel="step"
          yLabel="loss"
          curves={[{ name: "loss", values: loss.loss, style: 0 }]}
        />
      </figure>
      <figure>
        <figcaption>{isAccuracy ? "Accuracy (%)" : name} after each epoch</figcaption>
        <Curves
          title={name}
          x={valScore.map((_, epoch) => epoch + 1)}
          xLabel="epoch"
          yLabel={isAccuracy ? "accuracy (%)" : name}
          curves={[
            { name: "training", values: scaled(trainScore), style: 0, dash: [6, 4] },
            { name: "validation", values: scaled(valScore), style: 1 },
          ]}
        />
      </figure>
    </div>
  );
}
