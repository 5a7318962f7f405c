import {
  modelFile,
  RandomState,
  type RunFiles,
  restoreCheckpoint,
  type SavedRun,
  savedRunOf,
  settingsFor,
} from "handgrad";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { type Call, Moved } from "../shared/worker/serve.ts";
import { listKept, removeKept } from "./keptData.ts";
import { checkPrecision } from "./kernels.ts";
import { lossCurve } from "./lossCurve.ts";
import type {
  OpenedData,
  ResumeRun,
  RunCurves,
  RunDetails,
  RunEnd,
  RunEvent,
  RunSummary,
  StartRun,
  StorageUse,
} from "./protocol.ts";
import { comparisonOf, reportOf } from "./report.ts";
import { RunningRuns } from "./runningRuns.ts";
import {
  deleteRun,
  filesOf,
  heldRuns,
  holding,
  makeRun,
  newestHistory,
  readStoredRun,
  renameRun,
  runNames,
  type StoredRun,
  statOf,
  summarize,
} from "./runStore.ts";
import type { Sources } from "./sources.ts";
import { type TrainStored, trainStored } from "./train.ts";
import { allFiles, keepRuns, runsIn, zipOf } from "./transfer.ts";

/** The methods of the training worker for runs. `sources` is the data that is open in it. */
export function runMethods(sources: Sources) {
  const running = new RunningRuns();
  /** the contents of a run, valid until its files change */
  const known = new Map<string, { readonly key: string; readonly run: StoredRun }>();
  const stored = async (name: string): Promise<{ run: StoredRun; size: number; changed: number }> => {
    const { size, changed, key, untouched } = await statOf(name);
    const before = known.get(name);
    const run = before?.key === key ? before.run : await readStoredRun(await filesOf(name), { untouched });
    // without the parameters, which fill the memory
    known.set(name, { key, run: { ...run, checkpoint: undefined, saved: run.saved && withoutParameters(run.saved) } });
    return { run, size, changed };
  };
  const summaryOf = async (name: string, held: Set<string>): Promise<{ summary: RunSummary; run: StoredRun }> => {
    const { run, ...stat } = await stored(name);
    return { run, summary: summarize(name, run, { ...stat, isHeld: held.has(name) }) };
  };
  const filesOfAll = (names: readonly string[]) => Promise.all(names.map((name) => filesOf(name)));

  return {
    /** The stand-in for CIFAR-100: drawn images, which need no file. */
    openStandIn: ({ trainRows }: { readonly trainRows?: number | undefined }): Promise<OpenedData> =>
      sources.standIn({ labels: "coarse", trainRows }),

    /** All data that is open in this worker. */
    openedData: (): OpenedData[] => sources.list(),

    closeData: ({ id }: { readonly id: string }): void => sources.close(id),

    /** Trains a new run; `signal` pauses it. Returns when it has ended. */
    async startRun(
      { name: wanted, data, trainRows, strict = false, baseline, ...asked }: StartRun,
      call: Call<RunEvent>,
    ): Promise<RunEnd> {
      const source = sources.limited(data, trainRows);
      const settings = settingsFor(source, asked);
      checkPrecision(settings);
      const name = await makeRun(wanted);
      return running.train(name, call, (ways) =>
        holding(name, (files) => trainStored({ files, source, settings, strict, baseline, ...ways }), { isNew: true }),
      );
    },

    /** Continues a run from its newest complete checkpoint, with the same bits as without an interruption. */
    resumeRun: ({ name, files: chosen, epochs, baseline }: ResumeRun, call: Call<RunEvent>): Promise<RunEnd> => {
      const resume = async (files: RunFiles, ways: Pick<TrainStored, "emit" | "signal">): Promise<RunEnd> => {
        const saved = savedRunOf(await restoreCheckpoint(files));
        checkPrecision(saved.settings);
        const found = chosen ? await sources.ofFiles(saved, chosen) : await sources.ofRun(saved);
        // The run keeps the path of the command, so that the command finds its data again
        const source = { ...found, request: { ...found.request, path: saved.request.path } };
        const settings = { ...saved.settings, epochs: Math.max(epochs ?? 0, saved.settings.epochs) };
        const { strict } = saved.kernels;
        return trainStored({ files, source, settings, strict, saved, baseline, ...ways });
      };
      return running.train(name, call, (ways) => holding(name, (files) => resume(files, ways)));
    },

    /** Stops a run that this worker trains after the current step, with a checkpoint. */
    pauseRun: ({ name }: { readonly name: string }): void => running.pause(name),

    /** The events of all runs that this worker trains, from any caller, until it is aborted. */
    watchRuns: (_: undefined, { emit, signal }: Call<RunEvent>): Promise<void> => running.watch(emit, signal),

    /** All runs of this browser, the last one first. */
    async listRuns(): Promise<RunSummary[]> {
      const held = await heldRuns();
      const summaries: RunSummary[] = [];
      for (const name of await runNames()) {
        try {
          summaries.push((await summaryOf(name, held)).summary);
        } catch (error) {
          if ((await runNames()).includes(name)) throw error; // else it was deleted meanwhile, or could not start
        }
      }
      return summaries.sort((a, b) => b.changed - a.changed);
    },

    async readRun({ name }: { readonly name: string }): Promise<RunDetails> {
      const { summary, run } = await summaryOf(name, await heldRuns());
      return { summary, curves: curvesOf(run), evaluation: run.evaluation, warnings: run.problems };
    },

    renameRun: ({ name, to }: { readonly name: string; readonly to: string }): Promise<string> => renameRun(name, to),

    async deleteRuns({ names }: { readonly names: readonly string[] }): Promise<void> {
      for (const name of names) await deleteRun(name);
    },

    /** Stores the run folders from files, folders and ZIP files; returns their names. */
    importRuns: async ({ files }: { readonly files: readonly ChosenFile[] }): Promise<string[]> =>
      keepRuns(await runsIn(files)),

    /** The folders of runs as one ZIP file. */
    async exportZip({ names }: { readonly names: readonly string[] }) {
      const bytes = await zipOf(await filesOfAll(names));
      return new Moved(bytes, [bytes.buffer]);
    },

    /** The files of runs by their paths, "run/history.json". */
    async exportFiles({ names }: { readonly names: readonly string[] }) {
      const files = await allFiles(await filesOfAll(names));
      return new Moved(
        files,
        Object.values(files).map(({ buffer }) => buffer),
      );
    },

    /** The bytes of the model of a run; undefined before its first epoch has ended. */
    async readModelOf({ name }: { readonly name: string }) {
      const bytes = (await (await filesOf(name)).read(modelFile)) as Uint8Array<ArrayBuffer> | undefined;
      return new Moved(bytes, bytes ? [bytes.buffer] : []);
    },

    reportOf: async ({ name }: { readonly name: string }): Promise<string> => reportOf(await filesOf(name)),

    compareRuns: async ({ names }: { readonly names: readonly string[] }): Promise<string> =>
      comparisonOf(await filesOfAll(names)),

    listKept,

    removeKept: ({ id }: { readonly id: string }): Promise<void> => removeKept(id),

    async storage(): Promise<StorageUse> {
      const { usage = 0, quota } = await navigator.storage.estimate();
      return { used: usage, available: quota, persisted: await navigator.storage.persisted() };
    },
  };
}

function curvesOf(run: StoredRun): RunCurves | undefined {
  const history = newestHistory(run);
  if (!history) return undefined;
  const { metric, loss, trainScore, valScore, trainLoss, valLoss } = history;
  const { epoch, stepInEpoch } = run.saved?.state ?? { epoch: 0, stepInEpoch: 0 };
  const ended = valScore.length;
  const stepsPerEpoch =
    ended > 0 && (epoch > 0 || !run.saved) ? Math.floor((loss.length - stepInEpoch) / Math.max(1, ended)) : 0;
  return { metric, loss: lossCurve(loss), trainScore, valScore, trainLoss, valLoss, stepsPerEpoch };
}

function withoutParameters(saved: SavedRun): SavedRun {
  const { best } = saved.state;
  const empty = new RandomState(0).state;
  return {
    ...saved,
    state: {
      ...saved.state,
      network: {},
      optimizer: { ...saved.state.optimizer, buffers: {} },
      average: undefined,
      best: best && { ...best, parameters: {} },
      ...{ random: empty, dropoutRandom: empty, augmentationRandom: undefined },
      batches: { position: 0, order: new Int32Array() },
    },
  };
}
