import { describeLayers } from "../experiments/build.ts";
import type { TrainSettings } from "../experiments/settings.ts";
import { settingName } from "../experiments/sweep.ts";
import { bestEpochOf, type Metric, wasEvaluated } from "../training/history.ts";
import { decimals, percent } from "./format.ts";

/** What a comparison needs of a training run. */
export interface ComparedRun {
  /** the name of its folder */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly loss: readonly number[];
  readonly metric: Metric;
  readonly trainScore: readonly number[];
  readonly valScore: readonly number[];
  readonly valLoss?: readonly number[] | undefined;
  /** from 0 */
  readonly bestEpoch?: number | undefined;
  readonly seconds: number;
  readonly standIn: boolean;
  readonly stopped: boolean;
  /** why training ended early: the message of a numerical failure */
  readonly failure?: string | undefined;
  readonly rule?: string | undefined;
  /** the target in the validation rows: runs with another one have scores that cannot be compared */
  readonly scoredOn?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Runs that differ in their seed alone. */
export interface RunGroup {
  readonly name: string;
  readonly runs: readonly ComparedRun[];
}

type Flat = Readonly<Record<string, string>>;

/** Settings as "schedule.factor" → "0.5", so that any two can be compared; layers one by one as JSON. */
export function flattenSettings(value: unknown, prefix = ""): Flat {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const text = isLayerList(value)
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? value.join(value.every(Number.isInteger) ? "-" : ", ")
        : String(value);
    return { [prefix]: text };
  }
  const parts = Object.entries(value).map(([key, inner]) => flattenSettings(inner, prefix ? `${prefix}.${key}` : key));
  return Object.assign({}, ...parts);
}

export function settingsOf({ config, rule }: ComparedRun): Flat {
  return { ...flattenSettings(config), ...(rule && { rule }) };
}

/** Layers one by one, as those of ensembles, rather than sizes. */
const isLayerList = (layers: unknown): layers is readonly unknown[] =>
  Array.isArray(layers) && layers.some((each) => typeof each === "object");

/** "ensemble of 8 × (linear, network 64-64)"; undefined for layers that are given as sizes. */
export function layersText({ layers, activation }: ComparedRun["config"]): string | undefined {
  return isLayerList(layers) ? describeLayers({ layers, activation } as unknown as TrainSettings) : undefined;
}

/** A setting as a table shows it: layers in words; "–" for one that the run lacks. */
export function settingText(run: ComparedRun, key: string): string {
  return (key === "layers" ? layersText(run.config) : undefined) ?? settingsOf(run)[key] ?? "–";
}

/** The settings that are not the same in all runs, by name; a setting that a run lacks is "–". */
export function differingSettings(runs: readonly ComparedRun[]): string[] {
  const all = runs.map(settingsOf);
  const keys = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
  return keys.filter((key) => new Set(all.map((settings) => settings[key])).size > 1);
}

/** Groups runs whose settings differ only in the seed, in the given order. */
export function groupRuns(runs: readonly ComparedRun[]): RunGroup[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const { seed: _, ...rest } = settingsOf(run);
    const key = JSON.stringify({ ...rest, standIn: run.standIn });
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const differing = differingSettings(runs).filter((key) => key !== "seed" && key !== "normalization");
  const named = [...groups.values()].map((members) => ({ name: legendOf(members, differing), runs: members }));
  // Runs that differ only in their data, or in a setting that the legend leaves out, also show the name of their folder
  const names = named.map(({ name }) => name);
  return named.map(({ name, runs: members }) => {
    const again = names.filter((each) => each === name).length > 1;
    return { name: again ? `${members[0].name}: ${name}` : name, runs: members };
  });
}

const mostInLegend = 4;

/** "learning rate 0.01, hidden 64-64": the settings that differ if they are few; else the name of the folder. */
function legendOf(members: readonly ComparedRun[], differing: readonly string[]): string {
  const settings = settingsOf(members[0]);
  const shared = differing.map((key) => `${settingName(key)} ${settings[key] ?? "–"}`).join(", ");
  const few = differing.length > 0 && differing.length <= mostInLegend && shared.length <= 80;
  if (members.length > 1) return `${few ? shared : members[0].name} (${members.length} seeds)`;
  return few ? shared : members[0].name;
}

/** The outcome of a run; its scores are `undefined` if it was stopped in its first epoch. */
export function outcomeOf(run: Pick<ComparedRun, "trainScore" | "valScore" | "valLoss" | "bestEpoch">) {
  const { trainScore, valScore } = run;
  const bestEpoch = bestEpochOf(run);
  const newest = valScore.findLastIndex((_, epoch) => wasEvaluated(run, epoch));
  return {
    epochs: valScore.length,
    bestEpoch: bestEpoch === undefined ? undefined : bestEpoch + 1,
    best: bestEpoch === undefined ? undefined : valScore[bestEpoch],
    validation: valScore[newest] as number | undefined,
    training: trainScore[newest] as number | undefined,
  };
}

/** An accuracy in per cent, R² as it is. */
export const showScore = (metric: Metric, value: number | undefined): string =>
  value === undefined ? "–" : metric === "accuracy" ? percent(value) : decimals(value, 3);
