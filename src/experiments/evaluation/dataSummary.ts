import { countFolds } from "../../data/folds.ts";
import type { DataSource } from "../dataSource.ts";
import { columnSummaries, cut } from "./columnSummaries.ts";
import type { DataSummary } from "./runEvaluation.ts";

const mostNotes = 50;
const mostClasses = 1000;

/** The part of a report about the data of a run. `test` are the labels of the test part, if it was read. */
export function dataSummary(source: DataSource, test: Int32Array | undefined): DataSummary {
  const { kind, name, train, validation, preprocessing, dropped, notes, table } = source;
  const rest = typeof source.test === "function" ? test : source.test.labels;
  const count = (labels: Int32Array | undefined): number[] => {
    const counts = train.labelNames.map(() => 0);
    for (const label of labels ?? []) counts[label]++;
    return counts;
  };
  // With folds, the validation part is the training part
  const validated = train.folds ? new Int32Array(0) : validation.labels;
  const counts = { train: count(train.labels), validation: count(validated), test: count(rest) };
  const classes = train.labelNames.map((label, i) => {
    const own = { label: cut(label, 60), train: counts.train[i], validation: counts.validation[i] };
    return rest ? { ...own, test: counts.test[i] } : own;
  });
  const more = notes.length - mostNotes;
  return {
    ...{ kind, name, dropped },
    rows: { train: train.labels.length, validation: validated.length, ...(rest && { test: rest.length }) },
    ...(train.folds && { folds: countFolds(train.folds) }),
    notes: [...notes.slice(0, mostNotes).map((note) => cut(note, 400)), ...(more > 0 ? [`… and ${more} more`] : [])],
    inputShape: [...train.inputShape],
    inputs: train.inputShape.reduce((product, length) => product * length, 1),
    ...(preprocessing && { target: preprocessing.target.name }),
    ...(!train.targets && { classes: classes.slice(0, mostClasses) }),
    ...(preprocessing && table && !table.parts && { columns: columnSummaries(table, preprocessing) }),
  };
}
