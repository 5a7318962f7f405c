import { type Model, type Prediction, predictTable, type Table, tableOf } from "../../src/predict.ts";
import type { PredictorData } from "../../src/report/predictorHtml.ts";
import { bars, percent, shortNumber } from "./answers.ts";
import { element, errorLine } from "./dom.ts";
import type { Field } from "./field.ts";
import { fieldsOf } from "./fields.ts";

/** A form with a field for each column; the prediction is updated as you type. */
export function tableForm(model: Model, data: PredictorData): HTMLElement {
  const fields = fieldsOf(model);
  const answer = element("div", { class: "panel answer-panel", role: "status", "aria-live": "polite" });
  const error = errorLine();
  const reset = element("button", { type: "reset" }, "Clear all fields");
  const form = element(
    "form",
    { "aria-label": "One row", novalidate: "" },
    element("div", { class: "fields" }, ...fields.map(({ container }) => container)),
    element("p", {}, reset),
  );
  const update = (): void => {
    error.clear();
    try {
      for (const field of fields) field.check();
      if (fields.some(({ invalid }) => invalid())) throw new Error("correct the marked fields first");
      answer.replaceChildren(...answerOf(model, rowOf(fields), data), filledIn(fields));
      answer.hidden = false;
    } catch (problem) {
      answer.hidden = true;
      error.show(problem);
    }
  };
  form.addEventListener("input", update);
  form.addEventListener("reset", () => setTimeout(update));
  form.addEventListener("submit", (event) => event.preventDefault());
  update();
  return element("div", { class: "beside" }, form, element("div", { class: "sticky" }, answer, error.line));
}

function rowOf(fields: readonly Field[]): Table {
  return tableOf("the form", Object.fromEntries(fields.map(({ name, cell }) => [name, cell()])));
}

function filledIn(fields: readonly Field[]): HTMLElement {
  const known = fields.filter((field) => !field.missing()).length;
  const text =
    known === fields.length
      ? "All fields are filled in."
      : `${known} of ${fields.length} fields are filled in; the others count as missing.`;
  return element("p", { class: "hint" }, text);
}

/** The prediction for a table of one row. */
function answerOf(model: Model, row: Table, { target, typicalError }: PredictorData): HTMLElement[] {
  const answers = predictTable(model, row);
  const title = element("h2", {}, target);
  if (answers.kind === "number") {
    const value = element("p", { class: "answer", title: String(answers.values[0]) }, shortNumber(answers.values[0]));
    if (typicalError === undefined) return [title, value];
    const error = `typical error ± ${shortNumber(Number(typicalError.toPrecision(3)))} on held-out rows`;
    return [title, value, element("p", { class: "hint" }, error)];
  }
  const [ranking]: readonly Prediction[][] = answers.rankings;
  const [{ label, probability }] = ranking;
  const best = element("p", { class: "answer" }, `${label} `, element("small", {}, percent(probability)));
  return [title, best, bars(ranking)];
}
