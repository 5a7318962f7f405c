import { firstRows, openCifar100, wasmKernels, wasmSupported } from "handgrad";
import {
  type AssignmentCheck,
  type AssignmentData,
  assignmentCheckParts,
  checkVector,
  parseVectors,
  type ReferenceRun,
  type Reproduction,
  type Row,
  reproduce,
} from "handgrad/assignment";
import type { ChosenFile } from "../shared/chosenFiles.ts";
import { type Call, serveWorker } from "../shared/worker/serve.ts";

/** A stored result and the difference of Handgrad's result from it. */
export interface VectorRow {
  readonly title: string;
  readonly type: "float64" | "float32";
  /** "y 1.2e-16, dx 3.4e-16"; empty if the library does not have the part */
  readonly errors: string;
  readonly worst: number | undefined;
  readonly bound: number;
  readonly state: "passed" | "failed" | "skipped";
}

export interface VectorsEvent {
  readonly done: number;
  readonly all: number;
  readonly rows: readonly VectorRow[];
}

export interface ReproduceRequest {
  /** of CIFAR-100 */
  readonly files: readonly ChosenFile[];
  readonly reference: ReferenceRun;
  readonly epochs: number;
}

export type ReproduceEvent =
  | { readonly kind: "step"; readonly step: number; readonly steps: number; readonly loss: number }
  | { readonly kind: "epoch"; readonly row: Row };

/** The largest error that a case may have, as for `handgrad vectors`. */
const bounds = { float64: 1e-12, float32: 1e-5 } as const;

const pause = () => new Promise((resolve) => setTimeout(resolve));

/** The types of the methods below, for the client. */
export type AssignmentMethods = typeof methods;

const methods = {
  /** The assignment's checks from the text of checks.json; emits each part as it is computed. */
  async checks({ text }: { readonly text: string }, { emit, signal }: Call<AssignmentCheck[]>): Promise<void> {
    for (const part of assignmentCheckParts(JSON.parse(text) as AssignmentData)) {
      if (signal.aborted) return;
      emit(part);
      await pause();
    }
  },

  /** All cases of a file in the format of vectors.json, in both types. Throws DataError for other files. */
  async vectors(
    { text, name }: { readonly text: string; readonly name: string },
    { emit, signal }: Call<VectorsEvent>,
  ): Promise<void> {
    const cases = parseVectors(text, { name });
    const jobs = (["float64", "float32"] as const).flatMap((type) =>
      // the streams of random numbers have one type
      cases.filter(({ kind }) => kind !== "random" || type === "float64").map((one) => ({ type, one })),
    );
    let rows: VectorRow[] = [];
    let told = performance.now();
    for (const [at, { type, one }] of jobs.entries()) {
      const { title, errors } = checkVector(one, type);
      const worst = errors && Math.max(0, ...Object.values(errors));
      rows.push({
        ...{ title, type, worst, bound: bounds[type] },
        errors: Object.entries(errors ?? {})
          .map(([part, error]) => `${part} ${error.toExponential(1)}`)
          .join(", "),
        state: worst === undefined ? "skipped" : worst <= bounds[type] ? "passed" : "failed",
      });
      const isLast = at === jobs.length - 1;
      if (!isLast && performance.now() - told < 60) continue;
      emit({ done: at + 1, all: jobs.length, rows });
      rows = [];
      told = performance.now();
      await pause();
      if (signal.aborted) return;
    }
  },

  /** Trains a published run in float64 and emits each epoch beside the reference's. Throws for data that is not CIFAR-100. */
  async reproduce(
    { files, reference, epochs }: ReproduceRequest,
    { emit, signal }: Call<ReproduceEvent>,
  ): Promise<Reproduction> {
    const kernels = wasmSupported() ? wasmKernels() : undefined;
    const source = await openCifar100(files, {}, { allocateBytes: kernels?.allocateBytes.bind(kernels) });
    const { train_images, batch_size } = reference.config;
    const steps = epochs * Math.floor(train_images / batch_size);
    let told = performance.now();
    return reproduce(reference, {
      data: { train: firstRows(source.train, train_images), validation: source.validation },
      ...{ kernels, epochs, signal },
      onStep({ step, loss }) {
        if (performance.now() - told < 100) return;
        told = performance.now();
        emit({ kind: "step", step: step + 1, steps, loss });
      },
      onEpoch: (_, row) => emit({ kind: "epoch", row }),
    });
  },
};

serveWorker(methods);
