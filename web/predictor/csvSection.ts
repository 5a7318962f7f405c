import { parseCsv } from "../../src/data/csv.ts";
import { readOptionsOfModel } from "../../src/data/readOptionsOfModel.ts";
import { csvCell } from "../../src/formats/csvCell.ts";
import { type Model, predictTable, type Table } from "../../src/predict.ts";
import { percent, shortNumber } from "./answers.ts";
import { dropZone, element, errorLine } from "./dom.ts";

const shownRows = 100;

/** A place for a CSV file, or pasted rows: a table of predictions, which can be saved. */
export function csvSection(model: Model): HTMLElement {
  const error = errorLine();
  const results = element("div", { role: "status", "aria-live": "polite" });
  const predict = (text: string, name: string): void => {
    error.clear();
    results.replaceChildren();
    try {
      const options = model.preprocessing && readOptionsOfModel(model.preprocessing);
      results.append(...show(model, parseCsv(text, { name, ...options }), name));
    } catch (problem) {
      error.show(problem);
    }
  };
  const zone = dropZone({
    id: "csv",
    label: "Drop a CSV file here, or choose one",
    accept: ".csv,.tsv,.txt,text/csv",
    multiple: false,
    onFiles: async ([file]) => predict(decodeText(await file.arrayBuffer()), file.name),
  });
  const pasted = element("textarea", { id: "pasted", rows: "4", spellcheck: "false" });
  const button = element("button", { type: "button" }, "Predict these rows");
  button.addEventListener("click", () => predict(pasted.value, "the pasted rows"));
  const names = (model.preprocessing?.features ?? []).map(({ name }) => csvCell(name)).join(",");
  pasted.placeholder = `${names}\n…`;
  return element(
    "section",
    { "aria-labelledby": "many" },
    element("h2", { id: "many" }, "Many rows"),
    element("p", { class: "hint" }, "The first line contains the column names. Your data stays in this page."),
    zone,
    element("label", { for: "pasted" }, "Or paste rows"),
    pasted,
    element("p", {}, button),
    error.line,
    results,
  );
}

/** UTF-8 or UTF-16; other bytes are read in the encoding that spreadsheets write. */
function decodeText(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

interface Column {
  readonly name: string;
  readonly cells: readonly string[];
  /** as shown in the page */
  readonly shown: readonly string[];
}

function show(model: Model, table: Table, name: string): HTMLElement[] {
  const columns = predictedColumns(model, table);
  const rows = Array.from({ length: Math.min(table.rows, shownRows) }, (_, row) => row);
  const head = ["row", ...columns.map((column) => column.name)];
  const view = element(
    "table",
    {},
    element("caption", {}, `${table.rows.toLocaleString("en")} rows of ${name}`),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element(
      "tbody",
      {},
      ...rows.map((row) => {
        const cells = [String(row + 1), ...columns.map(({ shown }) => shown[row])];
        return element("tr", {}, ...cells.map((text) => element("td", {}, text)));
      }),
    ),
  );
  const note = table.rows > shownRows ? `The first ${shownRows} rows are shown; the file contains all.` : "";
  const lines = Array.from({ length: table.rows }, (_, row) => columns.map(({ cells }) => cells[row]).join(","));
  const csv = [columns.map((column) => csvCell(column.name)).join(","), ...lines].join("\n");
  const link = element("a", { download: "predictions.csv", class: "button" }, "Save as CSV");
  link.href = URL.createObjectURL(new Blob([`${csv}\n`], { type: "text/csv" }));
  return [
    element("p", {}, link),
    element("div", { class: "scroll", tabindex: "0" }, view),
    element("p", { class: "hint" }, note),
  ];
}

/** The prediction for each row: the number, or the label with the probability of each class. */
function predictedColumns(model: Model, table: Table): Column[] {
  const answers = predictTable(model, table);
  const target = model.preprocessing?.target.name ?? "prediction";
  if (answers.kind === "number") {
    const values = Array.from(answers.values);
    return [{ name: target, cells: values.map(String), shown: values.map(shortNumber) }];
  }
  const { rankings } = answers;
  const labels = rankings.map(([best]) => best.label);
  const probabilities = model.labelNames.map((label) => {
    const found = rankings.map((ranking) => ranking.find((one) => one.label === label)?.probability ?? Number.NaN);
    return { name: `probability of ${label}`, cells: found.map(String), shown: found.map(percent) };
  });
  return [{ name: target, cells: labels.map(csvCell), shown: labels }, ...probabilities];
}
