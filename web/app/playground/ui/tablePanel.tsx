import { useSignal } from "@preact/signals";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { Button } from "../../shared/ui/button.tsx";
import { Choice } from "../../shared/ui/fields.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import type { TableInfo } from "../data/readTable.ts";
import type { TableChoice } from "../data/tablePoints.ts";
import type { Playground } from "../playground.ts";

/** Opens a table and chooses its columns. */
export function TablePanel({ playground }: { readonly playground: Playground }) {
  const table = useSignal<TableInfo | undefined>(undefined);
  const choice = useSignal<TableChoice | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const note = useSignal("");

  const show = async (chosen: TableChoice) => {
    choice.value = chosen;
    problem.value = undefined;
    try {
      const { own, left, sampled } = await playground.showTable(chosen);
      const parts = [
        left > 0 ? `${left} rows with a missing value are left out.` : "",
        sampled ? `${own.points.length} rows, evenly chosen, are shown.` : "",
      ];
      note.value = parts.join(" ").trim();
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  const open = async ([{ file }]: readonly ChosenFile[]) => {
    [table.value, choice.value, problem.value] = [undefined, undefined, undefined];
    note.value = `Reading ${file.name} …`;
    try {
      table.value = await playground.openTable(file);
      note.value = "";
      await show(table.value.likely);
    } catch (error) {
      note.value = "";
      problem.value = messageOf(error);
    }
  };
  const chosen = choice.value;
  return (
    <div class="table-panel panel">
      <FileDrop
        label="Choose a table"
        onFiles={open}
        onError={(error) => {
          problem.value = messageOf(error);
        }}
      >
        CSV, Excel, JSON or Parquet; or drop it here
      </FileDrop>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {note.value && (
        <p class="note" role="status">
          {note}
        </p>
      )}
      {table.value && chosen && <Columns table={table.value} chosen={chosen} show={show} />}
    </div>
  );
}

interface ColumnsProps {
  readonly table: TableInfo;
  readonly chosen: TableChoice;
  readonly show: (choice: TableChoice) => void;
}

function Columns({ table: { columns }, chosen, show }: ColumnsProps) {
  const numbers = columns.filter(({ isNumber }) => isNumber).map(({ name }) => name);
  return (
    <div class="fields columns">
      <Choice
        label="Horizontal"
        help="The column that is shown from left to right. Its mean is in the middle, three standard deviations are at the edge."
        value={chosen.x}
        options={numbers}
        onChange={(x) => show({ ...chosen, x })}
      />
      <Choice
        label="Vertical"
        help="The column that is shown from bottom to top."
        value={chosen.y}
        options={numbers}
        onChange={(y) => show({ ...chosen, y })}
      />
      <Choice
        label="Target"
        help="The network learns to predict this column from the two others."
        value={chosen.target}
        options={columns.map(({ name }) => name)}
        onChange={(target) =>
          show({ ...chosen, target, task: columns.find(({ name }) => name === target)?.task ?? "classes" })
        }
      />
      <Choice
        label="Target is"
        help="A class has a few different values, each with its own colour. A number is predicted on a scale."
        value={chosen.task}
        options={[
          { value: "classes", name: "a class" },
          { value: "numbers", name: "a number" },
        ]}
        onChange={(task) => show({ ...chosen, task })}
      />
      <Button onClick={() => show({ ...chosen, x: chosen.y, y: chosen.x })}>Swap the axes</Button>
    </div>
  );
}
