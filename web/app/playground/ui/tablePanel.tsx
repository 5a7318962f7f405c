import { useSignal } from "@preact/signals";
import type { Table } from "handgrad";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { Button } from "../../shared/ui/button.tsx";
import { Choice } from "../../shared/ui/fields.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { likelyChoice, likelyTask, numberColumns, type TableChoice, tablePoints } from "../data/tablePoints.ts";
import type { Playground } from "../playground.ts";

const mostBytes = 50_000_000;

/** Opens a table and chooses its columns. */
export function TablePanel({ playground }: { readonly playground: Playground }) {
  const table = useSignal<Table | undefined>(undefined);
  const choice = useSignal<TableChoice | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const note = useSignal<string | undefined>(undefined);

  const show = (chosen: TableChoice) => {
    choice.value = chosen;
    problem.value = undefined;
    try {
      const { own, left, sampled } = tablePoints(table.value as Table, chosen);
      const parts = [
        left > 0 ? `${left} rows with a missing value are left out.` : "",
        sampled ? `${own.points.length} rows, evenly chosen, are shown.` : "",
      ];
      note.value = parts.filter((part) => part !== "").join(" ") || undefined;
      playground.drawing.isActive.value = false;
      playground.change({ data: "own", own });
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  const open = async ([{ file }]: readonly ChosenFile[]) => {
    [table.value, choice.value, note.value, problem.value] = [undefined, undefined, undefined, undefined];
    try {
      if (file.size > mostBytes)
        throw new RangeError(
          `${file.name}: expected at most ${mostBytes / 1e6} MB, found ${Math.round(file.size / 1e6)} MB; “Your data” reads larger tables`,
        );
      const { parseCsv } = await import("../data/readTable.ts");
      const read = parseCsv(await file.text(), { name: file.name });
      const likely = likelyChoice(read);
      if (!likely)
        throw new RangeError(
          `${file.name}: expected at least two columns of numbers and one more as the target, found ${read.columns.map(({ name }) => name).join(", ")}`,
        );
      table.value = read;
      show(likely);
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  const chosen = choice.value;
  return (
    <div class="table-panel panel">
      <FileDrop
        label="Choose a CSV file"
        accept=".csv,.tsv,.txt,text/csv"
        onFiles={open}
        onError={(error) => (problem.value = messageOf(error))}
      />
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {note.value && <p class="note">{note.value}</p>}
      {table.value && chosen && (
        <div class="fields columns">
          <Choice
            label="Horizontal"
            help="The column that is shown from left to right. Its mean is in the middle, three standard deviations are at the edge."
            value={chosen.x}
            options={numberColumns(table.value)}
            onChange={(x) => show({ ...chosen, x })}
          />
          <Choice
            label="Vertical"
            help="The column that is shown from bottom to top."
            value={chosen.y}
            options={numberColumns(table.value)}
            onChange={(y) => show({ ...chosen, y })}
          />
          <Choice
            label="Target"
            help="What the network learns to tell from the two other columns."
            value={chosen.target}
            options={table.value.columns.map(({ name }) => name)}
            onChange={(target) => show({ ...chosen, target, task: likelyTask(table.value as Table, target) })}
          />
          <Choice
            label="Target is"
            help="A class has a few different values, each with its own colour. A number is predicted as it is."
            value={chosen.task}
            options={[
              { value: "classes", name: "a class" },
              { value: "numbers", name: "a number" },
            ]}
            onChange={(task) => show({ ...chosen, task })}
          />
          <Button onClick={() => show({ ...chosen, x: chosen.y, y: chosen.x })}>Swap the axes</Button>
        </div>
      )}
    </div>
  );
}
