import type { GivenRows } from "../givenRows.ts";
import { type TableColumn, textCells } from "../table.ts";
import type { ArrayPart } from "./arrayPart.ts";
import type { OwnTable } from "./ownDataTypes.ts";

/** A table with the columns x0, x1 … and y, and the rows of all parts, one part after the other. */
export function tableOf(path: string, parts: readonly ArrayPart[]): OwnTable {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const [train] = parts;
  const width = train.inputs.data.length / train.rows;
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.rows, 0));
  const columns = Array.from({ length: width }, (_, j): TableColumn => {
    const cells = new Float64Array(rows);
    for (const [i, part] of parts.entries())
      for (let row = 0; row < part.rows; row++) cells[starts[i] + row] = part.inputs.data[row * width + j];
    return { name: `x${j}`, cells };
  });
  const given: GivenRows = Object.fromEntries(
    parts
      .slice(1)
      .map(({ part, rows: count }, i) => [part, Int32Array.from({ length: count }, (_, row) => starts[i + 1] + row)]),
  );
  const table = { name: path, rows, columns: train.labels ? [...columns, targetColumn(parts)] : columns };
  return {
    ...{ kind: "table", format: "NumPy arrays", table },
    ...(train.labels && { target: "y" }),
    ...(parts.length > 1 && { given }),
  };
}

/** The column y: text for texts and for one-hot rows, because classes are not quantities. */
function targetColumn(parts: readonly ArrayPart[]): TableColumn {
  const labels = parts.flatMap((part) => part.labels ?? []);
  const areNumbers = labels.every(({ values, oneHot }) => oneHot === undefined && typeof values[0] === "number");
  const all = labels.flatMap(({ values }) => Array.from<number | string>(values));
  return { name: "y", cells: areNumbers ? Float64Array.from(all as number[]) : textCells(all.map(String)) };
}
