import { dateEncodingOf, datePeriods } from "../data/dateColumn.ts";
import type { DateFeature } from "../data/dateFeature.ts";
import { addNode, castNode, floatsNode, type OnnxNode, type OnnxValue } from "./onnxNode.ts";

// ONNX has no operators that read dates, so a model takes the parts of a date as numbers.

/** Inputs for the parts of a date that the model uses, (batch, 1) each: "when (year)", "when (month)", … */
export function dateInputs(feature: DateFeature): OnnxValue[] {
  const { name } = feature;
  const { year, cycles } = dateEncodingOf(feature);
  const parts = [...(year || cycles.length === 0 ? ["year" as const] : []), ...cycles];
  const docs = { year: "", month: "1 to 12", weekday: "0 is Monday", day: "1 to 31", hour: "minutes as a fraction" };
  return parts.map((part) => {
    const doc = `the ${part} of ${name}, NaN where it is missing${docs[part] && `; ${docs[part]}`}`;
    return { name: `${name} (${part})`, type: "float", shape: ["batch", 1], doc };
  });
}

/** What `encodeDates` computes, (batch, dateWidth), from the values of `dateInputs`. */
export function addDate(nodes: OnnxNode[], feature: DateFeature, values: readonly string[]): string {
  const { year, cycles, indicator } = dateEncodingOf(feature);
  const known = (value: string, part: string) =>
    addNode(nodes, "Where", [addNode(nodes, "IsNaN", [part]), floatsNode(nodes, [0]), value]);
  const columns: string[] = [];
  if (year) {
    const centred = addNode(nodes, "Sub", [values[0], floatsNode(nodes, [Math.fround(year.mean)])]);
    const rest = Math.fround(year.mean - Math.fround(year.mean));
    const exact = addNode(nodes, "Sub", [centred, floatsNode(nodes, [rest])]);
    columns.push(known(addNode(nodes, "Div", [exact, floatsNode(nodes, [year.deviation])]), values[0]));
  }
  cycles.forEach((cycle, i) => {
    const part = values[i + (year ? 1 : 0)];
    const { period, first } = datePeriods[cycle];
    const angle = addNode(nodes, "Mul", [
      addNode(nodes, "Sub", [part, floatsNode(nodes, [first])]),
      floatsNode(nodes, [(2 * Math.PI) / period]),
    ]);
    columns.push(known(addNode(nodes, "Sin", [angle]), part), known(addNode(nodes, "Cos", [angle]), part));
  });
  if (indicator) columns.push(castNode(nodes, addNode(nodes, "IsNaN", [values[0]]), "float"));
  return columns.length === 1 ? columns[0] : addNode(nodes, "Concat", columns, { axis: 1 });
}
