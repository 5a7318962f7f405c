import { inputsOf } from "../data/parts.ts";
import type { Point } from "../data/sets.ts";
import { outputNames, type PlaygroundState, taskOf } from "../state.ts";
import { columnNames, targetName } from "./modelFile.ts";

/** Points as a table that the command reads: one column for each input, then the class or number. */
export function pointsAsCsv(state: PlaygroundState, points: readonly Point[]): string {
  const { own, data } = state;
  const isNumber = taskOf(state) === "numbers";
  const names = outputNames(state);
  const axes = data === "own" && own ? own : undefined;
  const back = (value: number, i: number): number => {
    const name = state.inputs[i];
    const axis = axes && (name === "x" || name === "y") ? axes[name] : undefined;
    return axis ? axis.centre + axis.unit * value : value;
  };
  const target = (value: number): string => {
    if (!isNumber) return names[value];
    return String(axes?.target ? axes.target.centre + axes.target.unit * value : value);
  };
  const inputs = inputsOf(points, state.inputs);
  const rows = points.map((point, row) => [...inputs[row].map((value, i) => String(back(value, i))), target(point[2])]);
  return (
    [[...columnNames(state), targetName(state)], ...rows].map((cells) => cells.map(quoted).join(",")).join("\r\n") +
    "\r\n"
  );
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
