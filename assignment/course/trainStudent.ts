import { normalizationTable } from "../../src/data/normalize.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { randomSource } from "./host.ts";
import { NdArray, type Parameter, type Random } from "./project/array.ts";

/** Images as bytes, row-major (image, height, width, channel), and the class of each. */
export interface StudentImages {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

export interface StudentTrainingData {
  readonly train: StudentImages;
  readonly validation: StudentImages;
  readonly test: StudentImages;
  /** height, width, channels */
  readonly imageShape: readonly number[];
  readonly classes: number;
  readonly normalization: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
}

/** TinyNet's settings in the assignment. */
export interface StudentTrainingSettings {
  readonly hidden: number;
  readonly initScale: number;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export interface StudentTraining {
  /** of each step */
  readonly losses: readonly number[];
  /** after each epoch */
  readonly trainAccuracy: readonly number[];
  readonly validationAccuracy: readonly number[];
  /** with the parameters of the epoch with the best validation accuracy */
  readonly bestTestAccuracy: number;
  /** with those of the last epoch */
  readonly lastTestAccuracy: number;
  /** the first layer's weights of the best epoch, (inputs, hidden) */
  readonly firstWeights: { readonly shape: readonly number[]; readonly data: Float64Array };
}

export interface StudentStep {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

type Made = new (...args: unknown[]) => StudentLayer;

interface StudentLayer {
  forward(x: NdArray, training: boolean): NdArray;
  backward(dy: NdArray): NdArray;
  parameters?(): Parameter[];
}

interface StudentNetwork extends StudentLayer {
  parameters(): Parameter[];
}

interface StudentResult {
  readonly losses: number[];
  readonly trainAccuracy: number[];
  readonly validationAccuracy: number[];
  readonly best: NdArray[];
}

/**
 * Trains TinyNet with the student's layers, loss, optimizer and training loop; only arrays, random numbers and data are the library's.
 * With the assignment's seed and settings a right solution reaches the published accuracies. `load` imports a file of the project.
 * Rethrows the errors of the student's code.
 */
export async function trainStudent(
  load: (file: string) => Promise<Readonly<Record<string, unknown>>>,
  data: StudentTrainingData,
  { hidden, initScale, seed, epochs, batchSize, learningRate }: StudentTrainingSettings,
  onStep: (event: StudentStep) => void = () => {},
): Promise<StudentTraining> {
  const made = async (name: string, file = name): Promise<unknown> => {
    const found = (await load(`${file[0].toLowerCase()}${file.slice(1)}.ts`))[name];
    if (typeof found !== "function") throw new Error(`${file}: expected an export named ${name}, found none`);
    return found;
  };
  const random = new RandomState(seed);
  const inputs = data.imageShape.reduce((product, length) => product * length, 1);
  const layers: StudentLayer[] = [];
  const Linear = (await made("Linear")) as Made;
  const linear = (rows: number, columns: number): StudentLayer => {
    const w = new NdArray([rows, columns]);
    random.fillRandn(w.data, initScale);
    return new Linear(w, new NdArray([columns]));
  };
  layers.push(new ((await made("Flatten")) as Made)());
  layers.push(linear(inputs, hidden));
  layers.push(new ((await made("Gelu")) as Made)());
  layers.push(linear(hidden, data.classes));
  const network = new ((await made("Sequential")) as new (layers: StudentLayer[]) => StudentNetwork)(layers);
  const loss = new ((await made("CrossEntropyLoss", "crossEntropy")) as new () => object)();
  const optimizer = new ((await made("Sgd")) as new (options: object) => object)({ learningRate });
  const train = (await made("train", "training")) as (options: object) => StudentResult;

  const steps = epochs * Math.floor(data.train.labels.length / batchSize);
  const part = (images: StudentImages): { x: NdArray; labels: number[] } => ({
    x: normalized(images.images, data),
    labels: [...images.labels],
  });
  const result = train({
    network,
    loss,
    optimizer,
    train: part(data.train),
    validation: part(data.validation),
    batchSize,
    epochs,
    random: trainingRandom(random),
    onStep: (step: number, value: number) => onStep({ step, steps, loss: value }),
  });
  const parameters = network.parameters();
  const lastTestAccuracy = accuracy(network, data.test, data);
  parameters.forEach(({ value }, place) => {
    const best = result.best?.[place];
    if (best?.data?.length !== value.data.length)
      throw new Error(`training.ts: best[${place}]: expected ${value.data.length} numbers, as in the parameter`);
    value.data.set(best.data);
  });
  return {
    losses: [...result.losses],
    trainAccuracy: [...result.trainAccuracy],
    validationAccuracy: [...result.validationAccuracy],
    bestTestAccuracy: accuracy(network, data.test, data),
    lastTestAccuracy,
    firstWeights: { shape: [...parameters[0].value.shape], data: new Float64Array(parameters[0].value.data) },
  };
}

/** Random numbers with NumPy's shuffles, which `shuffled` of fastArray.ts uses. */
function trainingRandom(state: RandomState): Random & { shuffled(n: number): number[] } {
  return { ...randomSource(state), shuffled: (n) => [...state.permutation(n)] };
}

/** (byte / 255 − mean) / deviation, each operation rounded to float32, so it is stored in float32, which halves the memory. */
function normalized(bytes: Uint8Array, data: StudentTrainingData): NdArray {
  const table = normalizationTable(data.normalization, "float32");
  const channels = data.imageShape[data.imageShape.length - 1];
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = table[(i % channels) * 256 + bytes[i]];
  const images = bytes.length / data.imageShape.reduce((product, length) => product * length, 1);
  const array = Object.create(NdArray.prototype) as { shape: readonly number[]; data: Float32Array };
  Object.assign(array, { shape: [images, ...data.imageShape], data: values });
  return array as unknown as NdArray;
}

/** The share of images whose largest output is that of their class, computed a hundred at a time. */
function accuracy(network: StudentNetwork, { images, labels }: StudentImages, data: StudentTrainingData): number {
  const size = images.length / labels.length;
  let right = 0;
  for (let start = 0; start < labels.length; start += 100) {
    const end = Math.min(start + 100, labels.length);
    const x = normalized(images.subarray(start * size, end * size), data);
    const outputs = network.forward(new NdArray(x.shape, x.data), false);
    for (let row = start; row < end; row++) {
      const scores = outputs.data.subarray((row - start) * data.classes, (row - start + 1) * data.classes);
      if (scores.indexOf(Math.max(...scores)) === labels[row]) right++;
    }
  }
  return right / labels.length;
}
