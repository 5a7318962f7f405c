import {
  checkInputColumns,
  csvCell,
  DataError,
  decodeModel,
  evaluationFile,
  exportModel,
  exportTypescript,
  imagePredictor,
  inputWarnings,
  type Model,
  modelFile,
  parseEvaluation,
  predictTable,
  type RunEvaluation,
  readOptionsOfModel,
  readPictures,
  readTableFile,
  tableOf,
  tableOutputs,
} from "handgrad";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { type Call, Moved } from "../../shared/worker/serve.ts";
import { kernelsFor } from "../../training/kernels.ts";
import { filesOf } from "../../training/runStore.ts";
import type { Cells, ExportFormat, FileAnswers, ModelInfo, PictureAnswer, RowAnswer } from "./protocol.ts";

const shownRows = 100;

/** The methods of the training worker for a trained model: predict with it, and export it. */
export function modelMethods() {
  let known: { readonly run: string; readonly model: Model } | undefined;

  const modelOf = async (run: string): Promise<Model> => {
    if (known?.run === run) return known.model;
    const bytes = await (await filesOf(run)).read(modelFile);
    if (!bytes) throw new DataError(`${run}: there is no model yet; its first epoch has not ended`);
    const model = decodeModel(bytes, { name: `${run}/${modelFile}` });
    known = { run, model };
    return model;
  };
  const evaluationOf = async (run: string): Promise<RunEvaluation | undefined> => {
    const bytes = await (await filesOf(run)).read(evaluationFile);
    return bytes && parseEvaluation(new TextDecoder().decode(bytes), { name: `${run}/${evaluationFile}` });
  };

  return {
    /** The parts of a run's model that forms and results need; it is read again, because the run may have continued. */
    async readModelInfo({ run }: { readonly run: string }): Promise<ModelInfo> {
      known = undefined;
      const { preprocessing, labelNames, network, normalization } = await modelOf(run);
      const test = (await evaluationOf(run))?.test;
      return {
        kind: preprocessing ? "table" : normalization.mean.length > 0 ? "images" : "numbers",
        target: preprocessing?.target.name ?? "label",
        preprocessing,
        labelNames,
        inputShape: network.inputShape,
        evaluation: test,
        conclusion: test?.verdict === undefined ? undefined : { kind: test.judgement ?? "unknown", text: test.verdict },
        typicalError: test?.regression?.meanAbsoluteError,
      };
    },

    /** The predictions for rows that were typed. */
    async predictRows({
      run,
      columns,
    }: {
      readonly run: string;
      readonly columns: Readonly<Record<string, Cells>>;
    }): Promise<RowAnswer> {
      return predictTable(await modelOf(run), tableOf("the form", columns), kernelsFor(false));
    },

    /** The predictions for a file of rows, in any format that training reads. */
    async predictFile(
      { run, file }: { readonly run: string; readonly file: ChosenFile },
      { signal }: Call<never>,
    ): Promise<FileAnswers> {
      const model = await modelOf(run);
      const { preprocessing } = model;
      if (!preprocessing) throw new DataError(`${file.path}: the model takes images, not tables`);
      const notes: string[] = [];
      const onNote = (line: string): number => notes.push(line);
      const table = await readTableFile(file, { ...readOptionsOfModel(preprocessing), onNote }, { signal });
      checkInputColumns(preprocessing, table);
      notes.push(...inputWarnings(preprocessing, table));
      const outputs = tableOutputs(model, table, kernelsFor(false));
      const { labelNames } = model;
      const texts = (row: number): string[] => {
        if (outputs.kind === "number") return [String(outputs.values[row])];
        const probabilities = labelNames.map((_, label) => outputs.probabilities[row * labelNames.length + label]);
        const best = probabilities.indexOf(Math.max(...probabilities));
        return [labelNames[best], ...probabilities.map(String)];
      };
      const header = [
        preprocessing.target.name,
        ...(outputs.kind === "number" ? [] : labelNames.map((label) => `probability of ${label}`)),
      ];
      const rows = Array.from({ length: table.rows }, (_, row) => texts(row));
      const csv = `${[header, ...rows].map((cells) => cells.map(csvCell).join(",")).join("\n")}\n`;
      return { rows: table.rows, notes, header, shown: rows.slice(0, shownRows), csv };
    },

    /** The prediction for each picture, or the reason why it cannot be read. */
    async predictPictures(
      { run, files }: { readonly run: string; readonly files: readonly ChosenFile[] },
      { emit, signal }: Call<PictureAnswer>,
    ): Promise<void> {
      const model = await modelOf(run);
      const predict = imagePredictor(model, kernelsFor(false));
      for await (const { name, pixels, problem } of readPictures(files, model.network.inputShape, { signal })) {
        const ranking = pixels && predict([pixels])[0];
        emit({ name, pixels, problem, ranking });
      }
    },

    /** The model of a run as a file. `script` is that of the page that predicts, for "html". */
    async exportRunModel({
      run,
      format,
      script,
    }: {
      readonly run: string;
      readonly format: ExportFormat;
      readonly script?: string | undefined;
    }) {
      const model = await modelOf(run);
      const bytes = await encoded(model, format, { script, evaluation: await evaluationOf(run) });
      return new Moved(bytes, [bytes.buffer]);
    },
  };
}

async function encoded(
  model: Model,
  format: ExportFormat,
  { script, evaluation }: { readonly script: string | undefined; readonly evaluation: RunEvaluation | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  if (format === "typescript") return new TextEncoder().encode(exportTypescript(model));
  if (format !== "html") return exportModel(model, format);
  const { predictorFacts, predictorHtml } = await import("handgrad/report");
  const page = await predictorHtml(model, { script: script ?? "", ...predictorFacts(model, evaluation) });
  return new TextEncoder().encode(page);
}
