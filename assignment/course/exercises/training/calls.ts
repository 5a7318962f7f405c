import type { TrainingCall } from "../../givenTraining.ts";
import { stepsPerEpoch, type TrainingCase } from "./trainingCase.ts";

type Call<Name extends TrainingCall["call"]> = Extract<TrainingCall, { call: Name }> & { readonly place: number };
type AnyCall = TrainingCall & { readonly place: number };

/** The calls of a training, with the questions that its mistakes ask. */
export class Calls {
  readonly one: TrainingCase;
  readonly all: readonly AnyCall[];
  /** whether the examples or labels are no longer what they were */
  readonly isDataChanged: boolean;
  /** the calls up to each step of the optimizer, the step included */
  readonly segments: readonly (readonly AnyCall[])[];
  /** the calls after the last step */
  readonly rest: readonly AnyCall[];

  constructor(one: TrainingCase, calls: readonly TrainingCall[], isDataChanged = false) {
    this.one = one;
    this.isDataChanged = isDataChanged;
    this.all = calls.map((call, place) => ({ ...call, place }));
    const segments: AnyCall[][] = [[]];
    for (const call of this.all) {
      segments[segments.length - 1].push(call);
      if (call.call === "step") segments.push([]);
    }
    this.rest = segments.pop() as AnyCall[];
    this.segments = segments;
  }

  of<Name extends TrainingCall["call"]>(name: Name, calls: readonly AnyCall[] = this.all): Call<Name>[] {
    return calls.filter(({ call }) => call === name) as unknown as Call<Name>[];
  }

  /** The calls of loss.forward that loss.backward follows, each with the call of network.forward whose result it got. */
  get trained(): readonly { readonly loss: Call<"loss">; readonly forward: Call<"forward"> }[] {
    const ofLoss = this.all.filter(({ call }) => call === "loss" || call === "lossBackward");
    return ofLoss.flatMap((loss, at) => {
      if (loss.call !== "loss" || ofLoss[at + 1]?.call !== "lossBackward") return [];
      const forward = this.all[loss.forward];
      return forward?.call === "forward" ? [{ loss, forward }] : [];
    });
  }

  trainedIn(segment: readonly AnyCall[]): Calls["trained"] {
    const places = new Set(segment.map(({ place }) => place));
    return this.trained.filter(({ loss }) => places.has(loss.place));
  }

  /** The calls of network.forward that are no part of a step. */
  get evaluations(): readonly Call<"forward">[] {
    const used = new Set(this.trained.map(({ forward }) => forward.place));
    return this.of("forward").filter(({ place }) => !used.has(place));
  }

  /** The examples of each training batch. */
  get batches(): readonly (readonly number[])[] {
    return this.trained.map(({ forward }) => forward.rows);
  }

  /** The batches of each epoch, if all batches are present. */
  get epochs(): readonly (readonly (readonly number[])[])[] {
    const length = stepsPerEpoch(this.one);
    return Array.from({ length: this.one.epochs }, (_, epoch) =>
      this.batches.slice(epoch * length, (epoch + 1) * length),
    );
  }

  get learningRates(): readonly (number | null)[] {
    return this.of("step").map(({ learningRate }) => learningRate);
  }

  /** The examples that are evaluated after an epoch, before the next step. */
  evaluatedAfter(epoch: number): ReadonlySet<number> {
    const steps = (epoch + 1) * stepsPerEpoch(this.one);
    const window = this.segments[steps] ?? this.rest;
    const places = new Set(window.map(({ place }) => place));
    return new Set(this.evaluations.filter(({ place }) => places.has(place)).flatMap(({ rows }) => rows));
  }

  /** Whether every segment with a call of `first` and one of `second` has them in this order. */
  isBefore(first: TrainingCall["call"], second: TrainingCall["call"]): boolean {
    return this.segments.every((segment) => {
      const a = segment.findIndex(({ call }) => call === first);
      const b = segment.findIndex(({ call }) => call === second);
      return a < 0 || b < 0 || a < b;
    });
  }
}
