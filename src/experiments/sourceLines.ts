import { countFolds } from "../data/folds.ts";
import { plural } from "../data/imageTreeText.ts";
import { type DataSource, isCifar100 } from "./dataSource.ts";

/** A line about data: its term and its text. */
export interface SourceLine {
  readonly term: "target" | "inputs" | "not used" | "dropped" | "note" | "split" | "";
  readonly text: string;
}

/**
 * The use of the data in training: target, inputs, omitted columns and rows, all notes except those that were `shown` when the data was
 * read, and the parts. The same in the terminal and in the page.
 */
export function sourceLines(source: DataSource, shown: readonly string[] = []): SourceLine[] {
  const { train, validation, test, dropped } = source;
  const notes = source.notes.filter((note) => !shown.includes(note));
  const [a, b] = [train, validation].map(({ labels }) => labels.length.toLocaleString("en"));
  const c = typeof test === "function" ? "the test images" : test.labels.length.toLocaleString("en");
  const held = `${c} for the test scores${partsOf(source)}`;
  const split: SourceLine[] = train.folds
    ? [
        { term: "split", text: `${a} rows to train, ${held}` },
        {
          term: "",
          text: `validation: each training row by networks that have not seen it (${countFolds(train.folds)} folds)`,
        },
      ]
    : [{ term: "split", text: `${a} rows to train, ${b} to choose the best epoch, ${held}` }];
  return [...ofPreprocessing(source, dropped), ...notes.map((text): SourceLine => ({ term: "note", text })), ...split];
}

function ofPreprocessing({ preprocessing, train }: DataSource, dropped: number): SourceLine[] {
  if (!preprocessing) return [];
  const { target, ignored, features } = preprocessing;
  const counts = train.labelNames.map(() => 0);
  for (const label of train.labels) counts[label]++;
  const classes = train.labelNames.map((name, label) => `${name} ${counts[label]}`);
  const targetText =
    target.kind === "category"
      ? `${target.name}: ${target.values.length} classes (in training ${list(classes)})`
      : `${target.name}: a number, ${Number(target.mean.toPrecision(4))} ± ${Number(target.deviation.toPrecision(3))}`;
  return [
    { term: "target", text: targetText },
    { term: "inputs", text: `${plural(features.length, "column")} as ${plural(train.inputShape[0], "number")}` },
    ...ignored.map(({ name, reason }): SourceLine => ({ term: "not used", text: `${name}: ${reason}` })),
    ...(dropped > 0 ? [{ term: "dropped" as const, text: `${plural(dropped, "row")} without ${target.name}` }] : []),
  ];
}

/** How the parts are made: by time, else with every class that has enough rows, or with numbers of all sizes. */
function partsOf(source: DataSource): string {
  if (isCifar100(source)) return "";
  if (source.times) return "; the latest rows test";
  if (source.train.targets) return "; all sizes in each";
  return source.notes.some((note) => note.startsWith("rare classes:")) ? "" : "; every class in each";
}

function list(items: readonly string[], most = 12): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown}, … (${items.length})` : shown;
}
