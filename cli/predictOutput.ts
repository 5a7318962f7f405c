import { csvCell, printable } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { writeText } from "./json.ts";
import { jsonText, printData } from "./output.ts";
import type { Answers } from "./predictAnswers.ts";

/** Takes the answers of one file after the other. */
export interface PredictionWriter {
  add(answers: Answers): void;
  end(): Promise<void>;
}

const shownRows = 20;
const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`;

/** Readable output: the most probable labels of each image, and of the first rows of a table. */
export function textWriter({ top }: { readonly top: number }): PredictionWriter {
  return {
    add(answers) {
      if (answers.place(0) === undefined) showPicture(answers, top);
      else showRows(answers, top);
    },
    end: async () => {},
  };
}

function showPicture({ file, ranking }: Answers, top: number): void {
  console.log(printable(file));
  const labels = ranking(0)
    .slice(0, top)
    .map(({ label, probability }) => ({ label: printable(label), probability }));
  const length = Math.max(...labels.map(({ label }) => label.length));
  for (const { label, probability } of labels) {
    console.log(`  ${label.padEnd(length)}  ${percent(probability)}  ${"█".repeat(Math.round(probability * 30))}`);
  }
}

function showRows({ file, target, rows, place, ranking, outputs, labelNames, kept }: Answers, top: number): void {
  console.log(printable(`${file}: ${target}`));
  for (let row = 0; row < Math.min(rows, shownRows); row++) {
    const answer = labelNames
      ? ranking(row)
          .slice(0, top)
          .map(({ label, probability }) => `${label} ${percent(probability)}`)
          .join(",  ")
      : outputs(row)[0].toPrecision(6);
    const input = kept.map(({ name, text }) => `${name} ${text(row) || "–"}`).join(", ");
    console.log(printable(`  row ${String(place(row)).padStart(4)}  ${answer}${input && `   (${input})`}`));
  }
  if (rows > shownRows)
    console.log(`  … ${plural(rows - shownRows, "more row", "more rows")}; --out FILE.csv or --json gives all`);
}

/** A line of JSON for each row or image. */
export function jsonWriter(target: string, { top }: { readonly top: number }): PredictionWriter {
  const lines: string[] = [];
  return {
    add({ file, rows, place, ranking, outputs, labelNames, kept }) {
      for (let row = 0; row < rows; row++) {
        const at = place(row);
        const input = kept.length > 0 && {
          input: Object.fromEntries(kept.map(({ name, value }) => [name, value(row)])),
        };
        const answer = labelNames ? { labels: ranking(row).slice(0, top) } : { value: outputs(row)[0] };
        const line = jsonText(at === undefined ? { image: file, ...answer } : { file, row: at, ...input, ...answer });
        if (target === "-") printData(line);
        else lines.push(line);
      }
    },
    async end() {
      if (target === "-") return;
      await writeText(target, lines.join("\n"));
      console.log(`${plural(lines.length, "prediction")}: ${target}`);
    },
  };
}

/** A table with a row for each row or image: where it is, the columns that are kept, the prediction, all probabilities. */
export function csvWriter(target: string, { several }: { readonly several: boolean }): PredictionWriter {
  const all: Answers[] = [];
  return {
    add: (answers) => void all.push(answers),
    async end() {
      const places = all.flatMap((each) => (each.rows > 0 ? [each.place(0)] : []));
      const [withFile, withRow] = [several || places.includes(undefined), places.some((place) => place !== undefined)];
      const [first] = all;
      if (!first) return;
      const lines = [header(first, withFile, withRow)];
      for (const each of all)
        for (let row = 0; row < each.rows; row++) lines.push(csvLine(each, row, withFile, withRow));
      await writeText(target, lines.join("\n"));
      if (target !== "-") console.log(`${plural(lines.length - 1, "row")}: ${target}`);
    },
  };
}

function header({ target, labelNames = [], kept }: Answers, withFile: boolean, withRow: boolean): string {
  const names = kept.map(({ name }) => name);
  const predicted = names.includes(target) ? `predicted ${target}` : target;
  const probabilities =
    labelNames.length > 0 ? ["probability", ...labelNames.map((label) => `probability ${label}`)] : [];
  const places = [withFile ? ["file"] : [], withRow ? ["row"] : []].flat();
  return [...places, ...names, predicted, ...probabilities].map(csvCell).join(",");
}

function csvLine(answers: Answers, row: number, withFile: boolean, withRow: boolean): string {
  const { file, place, ranking, outputs, labelNames, kept } = answers;
  const numbers = outputs(row).map((value) => String(Number(value.toPrecision(labelNames ? 6 : 15))));
  const [best] = ranking(row);
  const predicted = best ? [csvCell(best.label), String(Number(best.probability.toPrecision(6)))] : [];
  const places = [withFile ? [csvCell(file)] : [], withRow ? [String(place(row) ?? "")] : []].flat();
  return [...places, ...kept.map(({ text }) => csvCell(text(row))), ...predicted, ...numbers].join(",");
}
