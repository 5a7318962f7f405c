import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parseCourseRecord } from "../../assignment/course/courseRecord.ts";
import { readProject } from "../../assignment/node/course/project.ts";
import { projectReports } from "../../assignment/node/course/projectReport.ts";
import { codeDigests, trainProject } from "../../assignment/node/course/trainProject.ts";
import { measureNormalization } from "../../src/data/normalize.ts";
import { standInSplits } from "../../src/data/standIn.ts";
import { bytesOf, listZip, readZipEntry } from "../../src/formats/zip.ts";
import { wasmKernels } from "../../src/kernels/wasm.ts";
import { submissions } from "../assignment/course/submissions/index.ts";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";

const needed = ["flatten", "linear", "gelu", "crossEntropy", "sequential", "sgd", "training"];

async function unzip(zip: string, folder: string): Promise<void> {
  const bytes = bytesOf(readFileSync(zip));
  for (const entry of await listZip(bytes, { name: zip })) {
    const file = join(folder, entry.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await readZipEntry(bytes, entry, { name: zip }));
  }
}

test.skipIf(!browserName)(
  "a network is trained in the page with the student's code, to the numbers of the command, and the zip has its results",
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "handgrad-course-training-"));
    const app = await App.open({ address: "#/course" });
    try {
      await app.page.waitForSelector("text=It is unlocked when these exercises are right");
      const own = join(folder, "mine");
      mkdirSync(own);
      for (const { id, solution } of submissions.filter((one) => needed.includes(one.id)))
        writeFileSync(join(own, `${id}.ts`), solution);
      await app.page.setInputFiles('.course-files input[type="file"] >> nth=1', own);
      await app.page.waitForSelector("text=The project is open.");
      await app.page.click("text=Check all");
      await app.page.getByLabel("Epochs", { exact: true }).fill("1");
      await app.page.getByLabel("Your name", { exact: true }).fill("Ada");
      await app.page.click(".course-training .primary:not(:disabled)");
      await app.page.waitForSelector("text=The network is trained.", { timeout: 90_000 });
      expect(await app.axeEverywhere("course-training")).toEqual([]);

      const [download] = await Promise.all([
        app.page.waitForEvent("download"),
        app.page.click("text=Download the project (.zip)"),
      ]);
      const zip = join(folder, "problem1.zip");
      await download.saveAs(zip);
      await unzip(zip, folder);
      const project = await readProject(join(folder, "problem1"));
      const results = (name: string) => readFileSync(join(folder, "problem1", "results", name), "utf8");
      const record = parseCourseRecord(JSON.parse(results("training.json")), { name: "training.json" });
      expect(record.author).toEqual({ name: "Ada" });
      expect(record.code).toEqual(codeDigests(project));
      const { html, notebook } = projectReports(project, record);
      expect(results("report.html")).toBe(html);
      expect(results("problem_1.ipynb")).toBe(notebook);

      await app.page.click("text=Reset to the start");
      await app.page.waitForSelector("text=The code has changed since this training");

      const splits = standInSplits();
      const { signal } = new AbortController();
      const command = await trainProject(project, {
        data: { ...splits, normalization: measureNormalization(splits.train) },
        ...{ epochs: 1, kernels: wasmKernels({ threads: 1 }), signal },
      });
      const { losses, trainAccuracy, validationAccuracy, settings, images } = command;
      expect(record.training).toMatchObject({
        settings,
        images,
        standIn: true,
        losses,
        trainAccuracy,
        validationAccuracy,
      });
      expect(record.training.ours.trainAccuracy).toEqual(command.ours.trainAccuracy);
      expect(record.training.ours.validationAccuracy).toEqual(command.ours.validationAccuracy);
      expect(app.problems).toEqual([]);
    } finally {
      await app.close();
      rmSync(folder, { recursive: true });
    }
  },
);
