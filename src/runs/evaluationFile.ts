import type { DataSource } from "../experiments/dataSource.ts";
import {
  type CollectOptions,
  collectEvaluation,
  type TestOutputs,
} from "../experiments/evaluation/collectEvaluation.ts";
import { dataSummary } from "../experiments/evaluation/dataSummary.ts";
import { parseRunEvaluation, type RunEvaluation } from "../experiments/evaluation/runEvaluation.ts";
import type { Model } from "../experiments/model.ts";
import type { TrainSettings } from "../experiments/settings.ts";
import type { TestResult } from "../experiments/testResult.ts";
import { parseVersionedJson } from "../formats/versionedJson.ts";
import { version } from "../version.ts";

/** The content of a report besides the history, so that it needs neither the data nor the model. */
export const evaluationFile = "evaluation.json";
export const evaluationVersion = 1;

/** The text of evaluation.json. */
export function encodeEvaluation(evaluation: RunEvaluation): string {
  return `${JSON.stringify(evaluation)}\n`;
}

/** The evaluation of a run from the text of its evaluation.json. Throws DataError that names a damaged file. */
export function parseEvaluation(text: string, { name }: { readonly name: string }): RunEvaluation {
  return parseRunEvaluation(parseVersionedJson(text, { name, version: evaluationVersion }), { name });
}

/** The results of a run. */
export interface Evaluated {
  readonly source: DataSource;
  readonly model: Model | undefined;
  /** of a run that was not stopped */
  readonly testResult?: TestResult | undefined;
  readonly tested?: TestOutputs | undefined;
}

export interface EvaluateRunOptions extends CollectOptions {
  /** "Node 26.1.0 on linux-x64, …" */
  readonly machine: string;
  /** the command that trains the run */
  readonly command?: string | undefined;
  /** the settings that the data has by default: a report shows what differs */
  readonly defaults: TrainSettings;
}

/** The content of a run's report besides its history. An abort of the signal leaves out the parts that need the model. */
export async function evaluateRun(
  { source, model, testResult, tested }: Evaluated,
  { machine, command, defaults, ...options }: EvaluateRunOptions,
): Promise<RunEvaluation> {
  const evaluation: RunEvaluation = {
    ...{ format: "handgrad evaluation", version: evaluationVersion, handgrad: version, machine },
    ...(command !== undefined && { command }),
    data: dataSummary(source, tested?.test.labels),
    defaults: { ...defaults },
  };
  if (!model || !testResult) return evaluation;
  try {
    return { ...evaluation, ...(await collectEvaluation(source, model, testResult, tested, options)) };
  } catch (error) {
    if (!options.signal?.aborted || error !== options.signal.reason) throw error;
    return evaluation;
  }
}
