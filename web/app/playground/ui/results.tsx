import { useSignal } from "@preact/signals";
import { Curves } from "../../shared/ui/curves.tsx";
import { Toggle } from "../../shared/ui/fields.tsx";
import { Help } from "../../shared/ui/help.tsx";
import { lossTitles } from "../options.ts";
import type { Playground } from "../playground.ts";
import { outputNames, taskOf } from "../state.ts";
import { noCurve } from "../training/curve.ts";

const digits = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);

const pair = (train: (number | null)[], validation: (number | null)[]) => [
  { name: "training", values: train, style: 0 },
  { name: "validation", values: validation, style: 1, dash: [6, 4] },
];

interface PartProps {
  readonly playground: Playground;
}

/** The losses as numbers and curves. */
export function LossCurves({ playground }: PartProps) {
  const logarithmic = useSignal(false);
  const frame = playground.results.value;
  const curve = frame?.curve ?? noCurve;
  return (
    <section class="result" aria-label="Loss">
      <div class="head">
        <h2>Loss</h2>
        <span class="spread" />
        <Toggle
          label="Logarithmic"
          help="Shows small losses in more detail: equal distances are equal ratios."
          value={logarithmic.value}
          onChange={(value) => {
            logarithmic.value = value;
          }}
        />
      </div>
      <Numbers train={frame?.train.loss} validation={frame?.validation?.loss} show={(value) => value.toPrecision(3)} />
      <Curves
        title="Loss by epoch"
        x={Array.from(curve.epoch)}
        xLabel="epoch"
        yLabel={lossTitles[playground.state.value.loss].title.toLowerCase()}
        height={180}
        logarithmic={logarithmic.value}
        curves={pair(Array.from(curve.trainLoss, digits), Array.from(curve.validationLoss, digits))}
      />
    </section>
  );
}

/** Scores as numbers and curves, and the confusion matrix. */
export function Results({ playground }: PartProps) {
  const frame = playground.results.value;
  const state = playground.state.value;
  const curve = frame?.curve ?? noCurve;
  const isClasses = taskOf(state) === "classes";
  const score = isClasses ? "Accuracy" : "R²";
  return (
    <section class="results" aria-label="Results">
      <div class="result">
        <div class="head">
          <h2>{score}</h2>
          <Help about={score}>
            {isClasses
              ? "The share of points whose class is predicted correctly."
              : "How much of the spread of the numbers the network explains: 1 is perfect, 0 is no better than their mean."}
          </Help>
        </div>
        <Numbers
          train={frame?.train.score}
          validation={frame?.validation?.score}
          show={(value) => (isClasses ? `${(100 * value).toFixed(1)} %` : value.toFixed(3))}
        />
        <Curves
          title={`${score} by epoch`}
          x={Array.from(curve.epoch)}
          xLabel="epoch"
          yLabel={isClasses ? "accuracy" : "R²"}
          height={180}
          {...(isClasses && { range: [0, 1] as const })}
          curves={pair(Array.from(curve.trainScore, digits), Array.from(curve.validationScore, digits))}
        />
      </div>
      {frame?.confusion && (
        <Confusion
          counts={frame.confusion}
          names={outputNames(state)}
          part={frame.validation ? "validation" : "training"}
        />
      )}
    </section>
  );
}

interface NumbersProps {
  readonly train: number | undefined;
  readonly validation: number | undefined;
  readonly show: (value: number) => string;
}

function Numbers({ train, validation, show }: NumbersProps) {
  return (
    <dl class="pair">
      <div>
        <dt>training</dt>
        <dd>{train === undefined ? "–" : show(train)}</dd>
      </div>
      <div>
        <dt>validation</dt>
        <dd>{validation === undefined ? "–" : show(validation)}</dd>
      </div>
    </dl>
  );
}

interface ConfusionProps {
  readonly counts: Int32Array;
  readonly names: readonly string[];
  readonly part: string;
}

/** The number of points of each class (row) with each prediction (column). */
function Confusion({ counts, names, part }: ConfusionProps) {
  const classes = names.length;
  const sums = names.map((_, row) => counts.subarray(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0));
  return (
    <div class="result confusion">
      <div class="head">
        <h2>Confusion matrix</h2>
      </div>
      <p class="note">
        Rows are the true classes of the {part} points, columns the predictions. The diagonal is correct.
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <td />
              {names.map((name, i) => (
                <th key={i} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, row) => (
              <tr key={row}>
                <th scope="row">{name}</th>
                {names.map((_, column) => {
                  const count = counts[row * classes + column];
                  const share = Math.round((100 * count) / Math.max(1, sums[row]));
                  const colour = row === column ? "var(--series0)" : "var(--series1)";
                  const background = `color-mix(in srgb, ${colour} ${Math.round(share * 0.45)}%, var(--background))`;
                  return (
                    <td
                      key={column}
                      class={row === column ? "right" : ""}
                      style={{ background }}
                      title={`${share} % of ${name}`}
                    >
                      {count}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
