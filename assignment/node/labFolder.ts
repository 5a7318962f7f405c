import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { decodeModel, encodeModel, type Model } from "../../src/experiments/model.ts";
import { makeFolder, writeFileAtomic } from "../../src/node/atomicFile.ts";
import { readJsonFile } from "../../src/node/jsonFile.ts";
import { readRegularFile } from "../../src/node/readFile.ts";
import {
  recoverCheckpoint,
  removeCheckpoints,
  removeLeftovers,
  writeCheckpoint,
} from "../../src/node/runs/checkpointFiles.ts";
import { labFile, lastModelFile, listRuns, modelFile } from "../../src/node/runs/runFolder.ts";
import { shellLine } from "../../src/node/shellWords.ts";
import { explain, problemLines } from "../../src/schema.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { encodeCheckpoint } from "../../src/training/checkpoint.ts";
import type { TrainerState } from "../../src/training/trainerState.ts";
import { type Problem1Plan, problem1Plan } from "../problem1Plan.ts";
import type { Author } from "../report/report.ts";

/** The content of lab.json. */
export interface LabRecord {
  readonly format: "handgrad lab";
  readonly version: 1;
  readonly lab: "problem1";
  readonly plan: Problem1Plan;
  readonly standIn: boolean;
  readonly kernels: string;
  /** the author of the solution, for the first page of the PDF */
  readonly author?: Author | undefined;
}

const labRecord: v.GenericSchema<unknown, LabRecord> = v.object({
  format: v.literal("handgrad lab"),
  version: v.literal(1),
  lab: v.literal("problem1"),
  plan: problem1Plan,
  standIn: v.boolean(),
  kernels: v.string(),
  author: v.optional(v.object({ name: v.string(), id: v.optional(v.string()) })),
});

/** The stored result of a finished step. */
export interface StoredStep {
  readonly result: unknown;
  readonly outcome: string;
  readonly seconds: number;
}

const storedStep = v.object({ result: v.unknown(), outcome: v.string(), seconds: v.number() });

/**
 * The folder of a lab: lab.json has its plan, steps/ the result of each finished step, runs/ the trained networks as run folders. Every
 * file is written completely or not at all, so a lab can be stopped at any time.
 */
export class LabFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async start(record: Omit<LabRecord, "format" | "version" | "lab">): Promise<void> {
    makeFolder(join(this.path, "steps"));
    const full: LabRecord = { format: "handgrad lab", version: 1, lab: "problem1", ...record };
    await writeFileAtomic(join(this.path, labFile), `${JSON.stringify(full, undefined, 2)}\n`);
  }

  /** Sets or replaces the author. */
  async nameAuthor(author: Author): Promise<void> {
    await writeFileAtomic(join(this.path, labFile), `${JSON.stringify({ ...this.record(), author }, undefined, 2)}\n`);
  }

  get exists(): boolean {
    return existsSync(join(this.path, labFile));
  }

  /** Throws DataError that names the file when there is no lab or it is damaged. */
  record(): LabRecord {
    const file = join(this.path, labFile);
    const result = v.safeParse(labRecord, readJsonFile(file, { version: 1 }));
    if (result.success) return result.output;
    throw new DataError(
      problemLines(`${file}: damaged, not the description of a lab`, explain(result.issues).slice(0, 3)),
    );
  }

  /** Removes temporary files of a process that was killed. Only the process that holds the lock of the folder may call it. */
  removeLeftovers(): void {
    const runs = join(this.path, "runs");
    const names = existsSync(runs) ? readdirSync(runs) : [];
    for (const folder of [
      this.path,
      join(this.path, "steps"),
      this.notebooks,
      ...names.map((name) => join(runs, name)),
    ])
      removeLeftovers(folder);
  }

  private stepFile(name: string): string {
    return join(this.path, "steps", `${name}.json`);
  }

  hasStep(name: string): boolean {
    return existsSync(this.stepFile(name));
  }

  /** Throws DataError that names the file and the command that creates it again. */
  readStep(name: string): StoredStep {
    const file = this.stepFile(name);
    const again = `\`${shellLine("handgrad", "lab", "problem1", "--out", this.path)}\` makes it`;
    if (!existsSync(file)) throw new DataError(`${file}: missing; the lab was stopped before this step. ${again}`);
    const result = v.safeParse(storedStep, readJsonFile(file, { version: 1 }));
    if (!result.success) throw new DataError(`${file}: damaged, not the result of a step; delete it, and ${again}`);
    return result.output;
  }

  async writeStep(name: string, step: StoredStep): Promise<void> {
    await writeFileAtomic(this.stepFile(name), `${JSON.stringify(step)}\n`);
  }

  /** the notebooks and what they read */
  get notebooks(): string {
    return join(this.path, "notebook");
  }

  runFolder(name: string): string {
    return join(this.path, "runs", name);
  }

  /** The model of the best epoch, or that of the last one, as in every run folder. */
  async saveModel(name: string, model: Model, epoch: "best" | "last" = "best"): Promise<void> {
    makeFolder(this.runFolder(name));
    const file = epoch === "best" ? modelFile : lastModelFile;
    await writeFileAtomic(join(this.runFolder(name), file), encodeModel(model));
  }

  async saveState(name: string, state: TrainerState): Promise<void> {
    makeFolder(this.runFolder(name));
    await writeCheckpoint(this.runFolder(name), encodeCheckpoint(state, { lab: "problem1", run: name }));
  }

  /** The state of a training; undefined if it has not started, or has no complete checkpoint and starts again. */
  loadState(name: string): TrainerState | undefined {
    try {
      return recoverCheckpoint(this.runFolder(name)).state;
    } catch (error) {
      if (error instanceof DataError) return undefined;
      throw error;
    }
  }

  /** The model of a finished training. */
  removeState(name: string): void {
    removeCheckpoints(this.runFolder(name));
  }

  loadModel(name: string): Model {
    const file = join(this.runFolder(name), modelFile);
    if (!existsSync(file)) throw new DataError(`${file}: missing; delete steps/${name}.json to train it again`);
    return decodeModel(readRegularFile(file), { name: file });
  }
}

/** The newest lab in a folder of runs that was stopped, if it has this plan. */
export function unfinishedLab(parent: string, plan: Problem1Plan): LabFolder | undefined {
  const labs = listRuns(parent).filter((listed) => listed.kind === "lab" && !listed.complete);
  for (const { folder } of labs.reverse()) {
    const lab = new LabFolder(folder);
    if (JSON.stringify(lab.record().plan) === JSON.stringify(plan)) return lab;
  }
  return undefined;
}
