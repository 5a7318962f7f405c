import { Notice } from "../../shared/ui/notice.tsx";
import { metricName, percent, plural, showScore } from "../words.ts";
import type { ModelInfo } from "../worker/protocol.ts";

/** The score on the test rows compared with simple models, and the conclusion. */
export function TestResult({ model: { evaluation, conclusion } }: { readonly model: ModelInfo }) {
  if (!evaluation)
    return (
      <Notice kind="info">
        The model of the best epoch so far can be used below. Its score on the test rows is computed when training has
        ended.
      </Notice>
    );
  const { metric, score, interval, rows, baselines } = evaluation;
  const models = [
    { name: "this network", score, isOurs: true },
    ...baselines.map((one) => ({ ...one, isOurs: false })),
  ];
  const range = interval?.every(Number.isFinite)
    ? ` 95 % interval: ${interval.map((end) => showScore(metric, end)).join(" to ")}.`
    : "";
  const name = metric === "accuracy" ? "accuracy" : "R² (1 is perfect, 0 is as good as the mean)";
  return (
    <div class="verdict">
      <p class="big">
        <strong>{showScore(metric, score)}</strong> {name} on {plural(rows, "test row")}
      </p>
      <p class="hint">These rows were used for nothing else.{range}</p>
      {conclusion && (
        <Notice
          kind={conclusion.kind === "good" ? "good" : conclusion.kind === "bad" ? "warning" : "info"}
          title="Verdict"
        >
          {sentence(conclusion.text)}
        </Notice>
      )}
      {baselines.length > 0 && (
        <ul class="score-bars" aria-label={`The ${metricName(metric)} of this network and of simple models`}>
          {models.map((one) => (
            <li key={one.name} class={one.isOurs ? "ours" : ""}>
              <span class="name">{one.name}</span>
              <span class="count">{showScore(metric, one.score)}</span>
              <span class="bar" aria-hidden="true">
                <span style={{ width: percent(Math.max(0, Math.min(1, one.score))).replace(" ", "") }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
