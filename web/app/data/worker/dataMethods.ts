import {
  type ColumnSummary,
  currentRules,
  DataError,
  type DataRequest,
  type DataSource,
  describeLayers,
  encodeZip,
  epochsWithin,
  inspectImages,
  inspectTable,
  keepsDefaultNetwork,
  type OwnData,
  type ReadFiles,
  readFiles,
  settingsFor,
  sourceLines,
  type TableInspection,
} from "handgrad";
import { type Call, Moved } from "../../shared/worker/serve.ts";
import { kernelsFor } from "../../training/kernels.ts";
import type { Sources } from "../../training/sources.ts";
import type { AskedTraining, DataInfo, OpenedPlan, ReadData, ReadingProgress, TrainingPlan } from "./protocol.ts";
import { imagesInfo } from "./sampleImages.ts";

/** milliseconds between messages about progress */
const interval = 100;
const mostClasses = 20;
type TableInfo = NonNullable<DataInfo["table"]>;

/** The methods of the training worker for data: read it, describe it, plan a training, open it for one. */
export function dataMethods(sources: Sources) {
  let read: { readonly files: ReadData["files"]; readonly found: ReadFiles } | undefined;
  /** the last source that was made, because planning and training ask for the same one */
  let made: { readonly key: string; readonly source: DataSource } | undefined;

  const sourceOf = async (request: DataRequest): Promise<DataSource> => {
    if (!read) throw new DataError("data: it is no longer open, because the worker was restarted; choose it again");
    const key = JSON.stringify(request);
    if (made?.key !== key) {
      made = undefined; // so that only one of them is in memory
      made = { key, source: await read.found.source(request) };
    }
    return made.source;
  };

  return {
    /** Reads files and describes their contents. `signal` stops the reading. */
    async readData({ files, request }: ReadData, { emit, signal }: Call<ReadingProgress>): Promise<DataInfo> {
      read = undefined;
      made = undefined;
      let last = 0;
      const report = (what: ReadingProgress["what"]) => (done: number, all: number) => {
        if (performance.now() - last < interval) return;
        last = performance.now();
        emit({ what, done, all });
      };
      const options = { signal, onBytes: report("bytes"), onImages: report("images") };
      const allocateBytes = (length: number) => kernelsFor(false).allocateBytes(length);
      const found = await readFiles(files, request, { ...options, allocateBytes });
      read = { files, found };
      emit({ what: "looking", done: 0, all: 0 });
      if (found.data) return ownInfo(found.data, request);
      const source = await sourceOf(request);
      const format = source.kind === "stand-in" ? "drawn images in place of CIFAR-100" : "its files as published";
      const info = { kind: source.kind, name: source.name, format, notes: source.notes };
      const { problems } = inspectImages(source.train);
      return { ...info, problems, images: imagesInfo(source.train, source.validation.labels.length, 0) };
    },

    /** The plan of a training on the data, in words. Throws DataError, SettingsError. */
    async planTraining({ request, asked }: AskedTraining): Promise<TrainingPlan> {
      const isDefault = keepsDefaultNetwork(asked);
      const source = await sourceOf(trainRequest(request, isDefault));
      const settings = settingsFor(source, asked);
      const lines = sourceLines(source, read?.found.data?.notes);
      return { settings, lines, network: describeLayers(settings), isDefault, rows: source.train.labels.length };
    },

    /** Prepares the data for `startRun`; with `minutes`, also returns the number of epochs that fit into them. */
    async openPlan(
      { request, asked, minutes }: AskedTraining & { readonly minutes?: number | undefined },
      { signal }: Call<never>,
    ): Promise<OpenedPlan> {
      const source = await sourceOf(trainRequest(request, keepsDefaultNetwork(asked)));
      const { id: data, notKept } = await sources.add(source, read?.files);
      if (minutes === undefined) return { data, notKept };
      const settings = { evaluateEvery: 1, ...settingsFor(source, asked) };
      const budget = { minutes, kernels: kernelsFor(false), signal, now: () => performance.now() };
      const { epochs, secondsPerEpoch } = await epochsWithin(source, settings, budget);
      return { data, notKept, epochs, secondsPerEpoch };
    },

    /** Files as one ZIP. */
    zipFiles({ files }: { readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>> }) {
      const bytes = encodeZip(files);
      return new Moved(bytes, [bytes.buffer]);
    },

    /** Frees the memory of the data that was read. */
    forgetData(): void {
      read = undefined;
      made = undefined;
    },
  };
}

/** As the command stores it: the default network validates small data fold by fold. */
function trainRequest(request: DataRequest, isDefault: boolean): DataRequest {
  const rules = request.path === "stand-in" ? {} : { rules: currentRules };
  return { seed: 1, ...request, ...rules, ...(isDefault && { folds: true }) };
}

function ownInfo(data: OwnData, { target }: DataRequest): DataInfo {
  const { format, notes = [] } = data;
  if (data.kind === "images") {
    const { dataset, validation, test } = data;
    const { problems } = inspectImages(dataset);
    const images = imagesInfo(dataset, validation?.labels.length ?? 0, test?.labels.length ?? 0);
    return { kind: "images", name: dataset.name, format, notes, problems, images };
  }
  const { table } = data;
  const inspection = inspectTable(table, { target: target ?? data.target });
  return {
    ...{ kind: "table", name: table.name, format, problems: inspection.problems },
    notes: [...notes, ...inspection.notes],
    table: { rows: table.rows, columns: inspection.columns.map(shortened), target: targetInfo(inspection.target) },
  };
}

/** As many classes as the page shows: there may be a million. */
function targetInfo(target: TableInspection["target"]): TableInfo["target"] {
  const { classes } = target ?? {};
  if (!target || !classes) return target;
  const most = classes.slice(0, mostClasses).map(({ value, rows }) => ({ value: short(value), rows }));
  const classRows = classes.reduce((sum, { rows }) => sum + rows, 0);
  return { ...target, classes: most, classCount: classes.length, classRows };
}

/** Values as the page shows them: a cell may hold a megabyte. */
function shortened(column: ColumnSummary): ColumnSummary {
  const { mostFrequent } = column;
  if (!mostFrequent) return column;
  return { ...column, mostFrequent: mostFrequent.map(({ value, rows }) => ({ value: short(value), rows })) };
}

const mostLetters = 80;
const short = (text: string): string => (text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text);
