import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { CourseRecord } from "../../../assignment/course/courseRecord.ts";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { codeOf } from "../../../assignment/course/studentCode.ts";
import { readProject } from "../../../assignment/node/course/project.ts";
import { createProject } from "../../../assignment/node/course/projectFolder.ts";
import {
  readCourseRecord,
  resultFiles,
  writeCourseRecord,
  writeProjectReports,
} from "../../../assignment/node/course/projectReport.ts";
import {
  codeDigests,
  type ProjectData,
  trainingExercises,
  trainProject,
} from "../../../assignment/node/course/trainProject.ts";
import { type VerifyOptions, verifyProject } from "../../../assignment/node/course/verifyProject.ts";
import { measureNormalization } from "../../../src/data/normalize.ts";
import { syntheticSplits } from "../../../src/data/synthetic.ts";
import { openKernels } from "../../../src/node/kernels/kernels.ts";
import { RandomState } from "../../../src/random/randomState.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { submissions } from "./submissions/index.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = temporaryFolder("handgrad-course-training-");
const kernels = openKernels({ kernels: "wasm", threads: 1 });
afterAll(() => {
  kernels.close();
  rmSync(folder, { recursive: true, maxRetries: 5 });
});
const { signal } = new AbortController();
const splits = syntheticSplits({ random: new RandomState(5), sizes: { train: 350, validation: 120, test: 130 } });
const data: ProjectData = { ...splits, standIn: true, normalization: measureNormalization(splits.train) };
const options = { data, kernels, signal };
let training: CourseRecord["training"];

/** A project whose training exercises are solved, and which answers one question. */
async function solve(path: string): Promise<void> {
  await createProject(path);
  for (const { id, solution } of submissions.filter((one) => trainingExercises.includes(one.id))) {
    const file = join(path, `${id}.ts`);
    const box = readFileSync(file, "utf8").slice(codeOf(readFileSync(file, "utf8")).length);
    writeFileSync(file, solution + box);
  }
  const file = join(path, "linear.ts");
  const answered = readFileSync(file, "utf8").replace(
    "--- answer 1: write below this line ---\n",
    "$&All units stay equal: <b>symmetry</b>.\n",
  );
  writeFileSync(file, answered);
}

const verified = async (changes: VerifyOptions = {}): Promise<Record<string, boolean>> => {
  const found = await verifyProject(folder, await readProject(folder), changes);
  return Object.fromEntries(found.map((one) => [one.what, one.verified]));
};

beforeAll(async () => {
  await solve(folder);
  const project = await readProject(folder);
  training = await trainProject(project, { ...options, epochs: 2 });
  await writeCourseRecord(folder, {
    format: "handgrad course results",
    version: 1,
    course: "problem1",
    author: { name: "Ada <i>", id: "=1+1" },
    code: codeDigests(project),
    exercises: exercises.map(({ id, points }) => {
      const right = trainingExercises.includes(id);
      return { id, status: right ? "right" : "not started", points: right ? points : 0, possible: points };
    }),
    training,
  });
  await writeProjectReports(folder, project);
});

test("a right solution learns what Handgrad learns, from the same weights and shuffles", () => {
  expect(training.losses).toHaveLength(6);
  expect(training.trainAccuracy).toEqual(training.ours.trainAccuracy);
  expect(training.validationAccuracy).toEqual(training.ours.validationAccuracy);
  expect(training.losses[0]).toBeCloseTo(Math.log(20), 2); // equal probabilities for 20 classes
});

test("the report has points, answers and code, with names as plain text", () => {
  const html = readFileSync(join(folder, resultFiles.html), "utf8");
  expect(html).toContain("Ada &lt;i&gt; (=1+1)");
  expect(html).toContain("All units stay equal: &lt;b&gt;symmetry&lt;/b&gt;.");
  expect(html).toContain("// linear.ts, SHA-256 ");
  expect(html).not.toContain("// dropout.ts"); // not written
  const { cells } = JSON.parse(readFileSync(join(folder, resultFiles.notebook), "utf8"));
  const code = cells.filter((cell: { cell_type: string }) => cell.cell_type === "code");
  expect(code).toHaveLength(trainingExercises.length);
});

test("an untouched project is verified, and the training gives the same bits again", async () => {
  expect(await verified({ training: options })).toEqual({
    ...{ code: true, points: true, PDF: true, notebook: true, training: true },
  });
});

test("another line of code, another answer, and forged results are found", async () => {
  const restore = new Map(
    ["gelu.ts", "linear.ts", ...Object.values(resultFiles)].map((name) => [name, readFileSync(join(folder, name))]),
  );
  const undo = (name: string) => writeFileSync(join(folder, name), restore.get(name) ?? "");

  appendFileSync(join(folder, "gelu.ts"), "// another line\n");
  expect(await verified()).toEqual({ code: false, points: true, PDF: false, notebook: false });
  undo("gelu.ts");

  const linear = readFileSync(join(folder, "linear.ts"), "utf8");
  writeFileSync(join(folder, "linear.ts"), linear.replace("All units", "No units"));
  expect(await verified()).toEqual({ code: true, points: true, PDF: false, notebook: false });
  undo("linear.ts");

  const notebook = readFileSync(join(folder, resultFiles.notebook), "utf8");
  writeFileSync(join(folder, resultFiles.notebook), notebook.replace("matmul", "matmuL"));
  expect(await verified()).toMatchObject({ PDF: true, notebook: false });
  undo(resultFiles.notebook);

  const record = readCourseRecord(folder);
  const [first, ...rest] = record.training.losses;
  const losses = [first + 1e-15, ...rest];
  const points = record.exercises.map((one) => (one.id === "adam" ? { ...one, points: 12 } : one));
  await writeCourseRecord(folder, { ...record, exercises: points, training: { ...record.training, losses } });
  await writeProjectReports(folder, await readProject(folder)); // forged, but consistent
  expect(await verified({ training: options })).toEqual({
    ...{ code: true, points: false, PDF: true, notebook: true, training: false },
  });
  for (const name of Object.values(resultFiles)) undo(name);
});

test("an error of the student's code in the training is one line with its place", async () => {
  const project = await readProject(folder);
  const files = new Map(project.files);
  files.set("sgd.ts", "export class Sgd {\n  step() {\n    throw new RangeError('no step');\n  }\n}\n");
  await expect(trainProject({ ...project, files }, { ...options, epochs: 1 })).rejects.toThrow(
    "the training with your code failed: sgd.ts:3: RangeError: no step",
  );
});
