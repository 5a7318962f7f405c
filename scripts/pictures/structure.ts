import { label } from "../../src/report/figures/lines.ts";
import { element } from "../../src/report/figures/svg.ts";
import { importsOf, sourceFiles, stageOf, targetOf } from "../importGraph.ts";
import { drawing, pictureTheme } from "./picture.ts";

/** What each folder holds; the order is that within a row. */
const holds: Readonly<Record<string, string>> = {
  cli: "the command",
  "assignment/node": "labs, course check",
  web: "app, embedded parts",
  node: "files, processes, MPI",
  assignment: "course, checks",
  runs: "run folders",
  report: "figures, HTML, PDF",
  experiments: "settings, models, predictions, sweeps",
  training: "train step, Trainer, fit, evaluation",
  data: "readers, tables",
  layers: "layers, networks",
  losses: "losses",
  optimizers: "update rules",
  regularizers: "penalties",
  formats: "file formats",
  kernels: "fast loops",
  schema: "checks of data",
  random: "NumPy's streams",
  tensor: "tensors, errors",
  mathematics: "exp, log, sin, cos",
};

/** In three columns, so that no line crosses a box. */
const columns: Readonly<Record<string, number>> = {
  ...{ "assignment/node": 1, web: 2 },
  ...{ node: 0, assignment: 1 },
  ...{ report: 1, runs: 2 },
};

const entries: Readonly<Record<string, string>> = {
  handgrad: "index",
  "handgrad/report": "report",
  "handgrad/assignment": "assignment",
  "handgrad/predict": "predict",
};

/** The folders that each folder imports, read from the sources; an entry counts as what it exports. */
export function importedFolders(): Map<string, Set<string>> {
  const imported = new Map<string, Set<string>>();
  for (const file of ["src", "assignment", "cli", "web/app", "web/embed", "web/predictor"].flatMap(sourceFiles)) {
    const from = stageOf(file);
    const targets = imported.get(from) ?? new Set();
    imported.set(from, targets);
    for (const specifier of importsOf(file)) {
      const to = specifier.startsWith(".") ? stageOf(targetOf(file, specifier)) : entries[specifier];
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  for (const targets of imported.values()) {
    for (const entry of ["index", "predict"]) {
      if (targets.delete(entry)) for (const target of imported.get(entry) as Set<string>) targets.add(target);
    }
    targets.delete("version");
  }
  for (const without of ["index", "predict", "version"]) imported.delete(without);
  return imported;
}

const [boxHeight, rowHeight, width, gap] = [40, 76, 680, 14];
const inset = 1; // room for the lines around the boxes

/** The folders of the sources in rows: each imports only from rows below. Lines are the imports that no other path implies. */
export function structure(): string {
  const imported = importedFolders();
  const importsOfFolder = (folder: string): string[] => [...(imported.get(folder) as Set<string>)];
  const level = (folder: string): number => Math.max(0, ...importsOfFolder(folder).map((target) => level(target) + 1));
  const reaches = (from: string, to: string): boolean =>
    importsOfFolder(from).some((target) => target === to || reaches(target, to));

  const rows: string[][] = [];
  for (const folder of Object.keys(holds)) {
    const row = level(folder);
    rows[row] = [...(rows[row] ?? []), folder];
  }
  const boxes = new Map(
    rows.flatMap((row, i) => {
      const across = row.some((folder) => folder in columns) ? 3 : row.length;
      const boxWidth = Math.min(220, (width - 2 * inset - gap * (across - 1)) / across);
      const left = (width - across * boxWidth - (across - 1) * gap) / 2;
      const y = inset + (rows.length - 1 - i) * rowHeight;
      return row.map((folder, k) => {
        const x = left + (columns[folder] ?? k) * (boxWidth + gap);
        return [folder, { x, y, width: boxWidth }] as const;
      });
    }),
  );

  const edges = [...boxes].flatMap(([folder, from]) => {
    const targets = importsOfFolder(folder);
    const needed = targets.filter((to) => !targets.some((other) => other !== to && reaches(other, to)));
    return needed.map((target) => {
      const to = boxes.get(target) as typeof from;
      const [x1, y1, x2, y2] = [from.x + from.width / 2, from.y + boxHeight, to.x + to.width / 2, to.y];
      const bend = (y2 - y1) / 2;
      const d = `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
      return element("path", { d, style: `fill:none;stroke:${pictureTheme.colour("muted")};stroke-width:1.2` });
    });
  });
  const drawn = [...boxes].flatMap(([folder, { x, y, width }]) => [
    element("rect", {
      ...{ x, y, width, height: boxHeight, rx: 5 },
      style: `fill:${pictureTheme.colour("background")};stroke:${pictureTheme.colour("series0")};stroke-width:1.4`,
    }),
    label(folder, x + width / 2, y + 17, pictureTheme.colour("text"), { weight: 600, anchor: "middle" }),
    label(holds[folder], x + width / 2, y + 32, pictureTheme.colour("muted"), { size: 11, anchor: "middle" }),
  ]);
  const description = "The folders of the sources in rows; each imports only from rows below it";
  return drawing(width, (rows.length - 1) * rowHeight + boxHeight + 2 * inset, description, ...edges, ...drawn);
}
