import { openCifar100, wasmKernels, wasmSupported } from "handgrad";
import { type ProjectData, type ReferenceRun, trainOurs, trainRequest } from "handgrad/assignment";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { type Call, Moved, serveWorker } from "../../shared/worker/serve.ts";

// Opens the data of a training, and trains with Handgrad's own layers; the student's code trains in a sandbox.

/** the data of the last call of `open` */
let data: ProjectData | undefined;

const methods = {
  /** The data for the student's code: CIFAR-100 in the files, or its stand-in without files. Throws for other data. */
  async open({
    files,
    epochs,
    reference,
  }: {
    readonly files: readonly ChosenFile[];
    readonly epochs: number;
    readonly reference: ReferenceRun;
  }) {
    const source = await openCifar100(files, files.length === 0 ? { path: "stand-in" } : {});
    const { train, validation, test, normalization } = source;
    const standIn = source.kind === "stand-in";
    data = {
      ...{ train, validation, standIn, test: typeof test === "function" ? await test() : test },
      ...(standIn && { normalization }),
    };
    const request = trainRequest(data, reference, epochs);
    const parts = [request.data.train, request.data.validation, request.data.test];
    const buffers = parts.flatMap(({ images, labels }) => [images.buffer, labels.buffer]);
    return new Moved({ request, standIn, inputShape: train.inputShape }, buffers);
  },

  async ours(
    { epochs, reference }: { readonly epochs: number; readonly reference: ReferenceRun },
    { signal }: Call<never>,
  ) {
    if (!data) throw new Error("the data is no longer open; train again");
    const kernels = wasmSupported() ? wasmKernels() : undefined;
    return trainOurs(data, reference, { epochs, kernels, signal });
  },
};

/** The types of the methods, for the client. */
export type CourseTrainingMethods = typeof methods;

serveWorker(methods);
