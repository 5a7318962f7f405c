import { signal } from "@preact/signals";
import type { Metric } from "handgrad";
import { useEffect, useState } from "preact/hooks";
import { type Curve, Curves } from "../shared/ui/curves.tsx";
import { Toggle } from "../shared/ui/fields.tsx";
import { alignCurves } from "./alignCurves.ts";
import { curves, styles } from "./experiments.ts";

const withTraining = signal(false);
const logarithmic = signal(false);

/** milliseconds between drawings */
const interval = 300;

/** The curves of the chosen runs in two plots, drawn a few times a second. */
export function RunCurves() {
  const [drawn, setDrawn] = useState({ styles: styles.value, curves: curves.value });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setDrawn({ styles: styles.value, curves: curves.value });
      }, interval);
    };
    const stops = [styles.subscribe(draw), curves.subscribe(draw)];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, []);
  const shown = [...drawn.styles].flatMap(([name, style]) => {
    const each = drawn.curves.get(name);
    return each ? [{ name, each, style }] : [];
  });
  if (shown.length === 0)
    return <p class="hint">Start a run, or choose runs in the list below: their curves appear here side by side.</p>;
  const losses = alignCurves(shown.map(({ each }) => ({ x: each.loss.steps, y: each.loss.loss })));
  const epochs = (metric: Metric, values: readonly number[]) => ({
    x: values.map((_, i) => i + 1),
    y: metric === "accuracy" ? values.map((value) => 100 * value) : values,
  });
  const scores = alignCurves([
    ...shown.map(({ each }) => epochs(each.metric, each.valScore)),
    ...(withTraining.value ? shown.map(({ each }) => epochs(each.metric, each.trainScore)) : []),
  ]);
  const curve = (values: readonly (readonly (number | null)[])[]) =>
    shown.map(({ name, style }, i): Curve => ({ name, style, values: values[i] }));
  const onTraining = withTraining.value
    ? shown.map(
        ({ name, style }, i): Curve => ({
          name: `${name}, training rows`,
          ...{ style, thin: true, values: scores.values[shown.length + i] },
        }),
      )
    : [];
  const metrics = [...new Set(shown.map(({ each }) => (each.metric === "accuracy" ? "accuracy (%)" : "R²")))].join(
    " or ",
  );
  return (
    <>
      <div class="plots">
        <figure>
          <figcaption>Loss on training rows</figcaption>
          <Curves
            title="Loss by step"
            x={losses.x}
            xLabel="step"
            yLabel="loss"
            curves={curve(losses.values)}
            logarithmic={logarithmic.value}
          />
        </figure>
        <figure>
          <figcaption>Score on validation rows</figcaption>
          <Curves
            title={`Validation ${metrics} by epoch`}
            x={scores.x}
            xLabel="epoch"
            yLabel={metrics}
            curves={[...curve(scores.values), ...onTraining]}
          />
        </figure>
      </div>
      <div class="row">
        <Toggle
          label="Also the scores on training rows"
          help="Thinner lines. If they rise while the scores on validation rows do not, the network overfits."
          value={withTraining.value}
          onChange={(value) => (withTraining.value = value)}
        />
        <Toggle
          label="Logarithmic loss"
          help="Equal ratios have equal heights, so that small losses can be compared."
          value={logarithmic.value}
          onChange={(value) => (logarithmic.value = value)}
        />
      </div>
    </>
  );
}
