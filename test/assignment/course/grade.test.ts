import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Papa from "papaparse";
import { expect, test, vi } from "vitest";
import { exercises } from "../../../assignment/course/exercises/index.ts";
import { type Grade, gradeSubmissions, possiblePoints } from "../../../assignment/node/course/grade.ts";
import { gradesCsv, gradescopeResults } from "../../../assignment/node/course/gradebook.ts";
import { nextHint } from "../../../assignment/node/course/projectFolder.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { newProject, rightProject, zipOf } from "./projectSupport.ts";
import { submissions } from "./submissions/index.ts";

vi.setConfig({ testTimeout: 60_000 });

const parent = temporaryFolder("handgrad-course-");

const sumOf = (extra: boolean): number =>
  exercises.filter(({ chapter }) => (chapter === "extra") === extra).reduce((sum, { points }) => sum + points, 0);

const solutions = Object.fromEntries(submissions.map(({ id, solution }) => [`me/code/${id}.ts`, solution]));

test("many submissions are graded at the same time; a broken one stops no other", async () => {
  const right = await rightProject(parent);
  const begun = await newProject(parent, "begun");
  const [first] = exercises;
  await nextHint(begun, first, new Date(0));
  writeFileSync(join(begun, "array.ts"), "export const zeros = () => {};");
  const file = join(begun, "linear.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("below this line ---", "$&\nThey stay zero."));
  const hostile = await rightProject(parent, "hostile");
  writeFileSync(join(hostile, "linear.ts"), "for (;;);");
  const zip = join(parent, "submission.zip");
  writeFileSync(zip, zipOf(solutions));
  const damaged = join(parent, "damaged.zip");
  writeFileSync(damaged, zipOf(solutions).subarray(0, 1000));
  const empty = join(parent, "empty");
  mkdirSync(empty);
  const paths = [right, begun, hostile, zip, damaged, empty, join(parent, "nothing")];
  const seen: number[] = [];
  const grades = await gradeSubmissions(paths, { seed: 7, jobs: 3, onGrade: (_, place) => seen.push(place) });
  expect(seen.toSorted()).toEqual(paths.map((_, at) => at));
  expect(grades.map(({ submission }) => submission)).toEqual(paths);
  const linear = exercises.find(({ id }) => id === "linear")?.points ?? Number.NaN;
  expect(
    grades.map(({ points, extraPoints, hints, error }) => [points, extraPoints, hints, error?.split(": ").at(-1)]),
  ).toEqual([
    [sumOf(false), sumOf(true), 0, undefined],
    [0, 0, 1, undefined],
    [sumOf(false) - linear, sumOf(true), 0, undefined],
    [sumOf(false), sumOf(true), 0, undefined],
    [0, 0, 0, "the end of a zip's directory is missing"],
    [0, 0, 0, expect.stringMatching(/^expected a project with exercises/)],
    [0, 0, 0, "no such file or folder"],
  ]);
  expect(grades.map(({ answers }) => answers)).toEqual([0, 1, 0, 0, 0, 0, 0]);
  expect(grades[1].notes).toEqual(["array.ts is not the one of the course; the checks use their own copy"]);
});

test("the seed decides what is drawn: the same grade again, and other inputs for another seed", async () => {
  const folder = await newProject(parent, "seeds");
  const prints = "export class Linear {\n  forward(x) { console.log(x.data.join()); return x; }\n}";
  writeFileSync(join(folder, "linear.ts"), prints);
  const printed = async (seed: number): Promise<string | undefined> => {
    const [grade] = await gradeSubmissions([folder], { seed, jobs: 1 });
    return grade.results.find(({ id }) => id === "linear")?.printed;
  };
  const [first, again, other] = [await printed(1), await printed(1), await printed(2)];
  expect(first).toMatch(/\d/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

const graded: Omit<Grade, "submission"> = {
  results: exercises.map(({ id, points }) => ({
    ...{ id, status: "right", points, possible: points, findings: [], seconds: 0.25, printed: "forged: 100 points" },
  })),
  ...{
    points: sumOf(false),
    possible: possiblePoints(),
    extraPoints: sumOf(true),
    hints: 2,
    answers: 3,
    notes: ["a, b"],
  },
};

test("the CSV has a row for each submission, and no cell that a spreadsheet or a terminal obeys", () => {
  const names = ["=cmd|'/c calc'!A0", "+1+1", "@SUM(1)", "a\u001b[31mb", 'x",y\nz', "-2"];
  const csv = gradesCsv(
    [
      ...names.map((submission) => ({ ...graded, submission })),
      {
        submission: "broken",
        results: [],
        points: 0,
        possible: 100,
        extraPoints: 0,
        hints: 0,
        answers: 0,
        notes: [],
        error: "broken: missing",
      },
    ],
    9,
  );
  const [header, ...rows] = Papa.parse<string[]>(csv).data;
  expect(header).toEqual([
    "submission",
    ...exercises.map(({ id }) => id),
    ...["total", "possible", "extra", "hints", "answers", "status", "notes", "seed"],
  ]);
  expect(rows.map((row) => row.length)).toEqual(rows.map(() => header.length));
  expect(rows.map(([name]) => name)).toEqual([
    "'=cmd|'/c calc'!A0",
    "'+1+1",
    "'@SUM(1)",
    "a\\u{1b}[31mb",
    'x",y\\u{a}z',
    "-2",
    "broken",
  ]);
  expect(rows[0].slice(1)).toEqual([
    ...exercises.map(({ points }) => String(points)),
    ...[String(sumOf(false)), String(possiblePoints()), String(sumOf(true)), "2", "3", "graded", "a, b", "9"],
  ]);
  expect(rows.at(-1)?.slice(-8)).toEqual([
    "",
    String(possiblePoints()),
    "",
    "",
    "",
    "not graded",
    "broken: missing",
    "9",
  ]);
  expect(csv).not.toContain("forged");
});

test("Gradescope gets a test for each exercise, with what is wrong", () => {
  const [first, ...rest] = graded.results;
  const findings = [{ cause: "transposed", message: "dw is \u001b[31mtransposed", map: ["× ·", "· ×"] }];
  const result = gradescopeResults({
    ...{ ...graded, submission: "me", points: 1, extraPoints: 0 },
    results: [{ ...first, status: "wrong", points: 0, findings }, ...rest],
  }) as { readonly score: number; readonly tests: readonly Record<string, unknown>[] };
  expect(result).toMatchObject({ score: 1, output: "a, b", stdout_visibility: "hidden" });
  expect(result.tests).toHaveLength(exercises.length);
  expect(result.tests[0]).toEqual({
    ...{ name: exercises[0].title, score: 0, max_score: exercises[0].points, status: "failed" },
    ...{ output: "dw is \\u{1b}[31mtransposed\n  × ·\n  · ×", output_format: "text", visibility: "visible" },
  });
  expect(result.tests[1]).toMatchObject({ score: exercises[1].points, status: "passed" });
  expect(JSON.stringify(result)).not.toContain("forged");
  const broken = {
    submission: "x",
    results: [],
    points: 0,
    possible: 100,
    extraPoints: 0,
    hints: 0,
    answers: 0,
    notes: [],
    error: "x: missing",
  };
  expect(gradescopeResults(broken)).toMatchObject({
    score: 0,
    output: expect.stringContaining("x: missing"),
    tests: [],
  });
});
