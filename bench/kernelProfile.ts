// Kernels that record the time of each call, for benches that measure the time of each kernel in a step.
import type { Convolution2d } from "../src/kernels/imageKernels.ts";
import type { Kernels } from "../src/kernels/kernels.ts";

export interface ProfileEntry {
  calls: number;
  seconds: number;
  /** seconds of the fastest call, which is disturbed least by other programs */
  least: number;
  flops: number;
  bytes: number;
}

/** The times by kernel and sizes. */
export type Profile = Map<string, ProfileEntry>;

type Numbers = Float32Array | Uint8Array;

/** The same kernels, including groups, with the times of all calls added up. */
export function timedKernels(kernels: Kernels, profile: Profile): Kernels {
  const wrap =
    (owner: object, name: string) =>
    (...values: readonly unknown[]) => {
      const kernel = Reflect.get(owner, name) as (...values: readonly unknown[]) => unknown;
      const start = performance.now();
      const result = kernel.apply(owner, values as unknown[]);
      const seconds = (performance.now() - start) / 1000;
      if (name === "allocate" || name === "allocateBytes") return result;
      const { label, flops, bytes } = workOf(name, values);
      const entry = profile.get(label) ?? { calls: 0, seconds: 0, least: Infinity, flops: 0, bytes: 0 };
      profile.set(label, entry);
      entry.calls++;
      entry.seconds += seconds;
      entry.least = Math.min(entry.least, seconds);
      entry.flops += flops;
      entry.bytes += bytes;
      return result;
    };
  const wrapAll = (owner: object): Record<string, unknown> => {
    const names = new Set([...Object.keys(owner), ...Object.getOwnPropertyNames(Object.getPrototypeOf(owner))]);
    const wrapped: Record<string, unknown> = {};
    for (const name of names) {
      const value = Reflect.get(owner, name);
      const group = ["updates", "norms", "images", "attention"].includes(name);
      if (typeof value === "function" && name !== "constructor") wrapped[name] = wrap(owner, name);
      else wrapped[name] = group ? wrapAll(value) : value;
    }
    return wrapped;
  };
  return wrapAll(kernels) as unknown as Kernels;
}

/** The work of a call, from its arguments: multiplications and additions for products, bytes read and written for all others. */
function workOf(name: string, values: readonly unknown[]): { label: string; flops: number; bytes: number } {
  const arrays = values.filter((value) => ArrayBuffer.isView(value)) as Numbers[];
  const sizes = values.filter((value) => typeof value === "number" && Number.isInteger(value)) as number[];
  const window = values.find((value) => typeof value === "object" && value !== null && "kernel" in value);
  if (window) {
    const { batch, input, output, channels, kernel, outputs, groups = 1 } = window as Convolution2d;
    const label = `${name} ${kernel.join("×")} of ${input.join("×")}×${channels}${outputs ? ` → ${outputs}` : ""}, ${batch} images`;
    const places = batch * output[0] * output[1] * kernel[0] * kernel[1];
    const flops = outputs ? (2 * places * channels * outputs) / groups : 0;
    return { label, flops, bytes: outputs ? 0 : bytesMoved(name, arrays) };
  }
  if (name.startsWith("matmul") || name === "linear") {
    const [m, k, n] = sizes;
    return { label: `${name} ${m}×${k}×${n}`, flops: 2 * m * k * n, bytes: 0 };
  }
  const label = name === "activate" ? String(values[0]) : name;
  return { label: `${label} ${arrays[0].length}`, flops: 0, bytes: bytesMoved(name, arrays) };
}

/** Counts each array once, and updated parameters twice. For the bytes of a data set, counts only the rows that are read. */
function bytesMoved(name: string, arrays: readonly Numbers[]): number {
  if (name === "gather") return arrays[0].byteLength + arrays[0].length;
  const sum = arrays.reduce((total, array) => total + array.byteLength, 0);
  return name === "sgd" || name === "momentum" ? sum + arrays[0].byteLength : sum;
}
