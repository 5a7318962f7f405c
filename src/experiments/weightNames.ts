import { DataError } from "../tensor/errors.ts";
import { formatShape, type Tensor } from "../tensor/tensor.ts";
import type { NetworkSlot } from "./networkSlots.ts";

/** The tensors of one layer in a file of another program. */
export interface WeightGroup {
  /** "0", "encoder.fc1" */
  readonly name: string;
  /** by our keys: w, b, mean, variance */
  readonly tensors: Readonly<Record<string, { readonly name: string; readonly value: Tensor }>>;
  /** whether matrices are (out, in) and kernels of convolutions (out, in, height, width), as PyTorch stores them */
  readonly transposed: boolean;
}

export interface GroupedWeights {
  readonly groups: readonly WeightGroup[];
  readonly style: "pytorch" | "keras" | "own" | "positions";
  readonly notes: readonly string[];
}

type Role = { readonly key: string; readonly style: GroupedWeights["style"] } | "ignored";

/** The meaning of the last part of a name. */
const roles: Readonly<Record<string, Role>> = {
  weight: { key: "w", style: "pytorch" },
  bias: { key: "b", style: "pytorch" },
  running_mean: { key: "mean", style: "pytorch" },
  running_var: { key: "variance", style: "pytorch" },
  num_batches_tracked: "ignored",
  kernel: { key: "w", style: "keras" },
  gamma: { key: "w", style: "keras" },
  beta: { key: "b", style: "keras" },
  moving_mean: { key: "mean", style: "keras" },
  moving_variance: { key: "variance", style: "keras" },
  w: { key: "w", style: "own" },
  b: { key: "b", style: "own" },
  mean: { key: "mean", style: "own" },
  variance: { key: "variance", style: "own" },
};

/**
 * The tensors of a file by layers, in the order of the file. Throws DataError for a name with an unknown role, and for
 * tensors of three, five or more dimensions.
 */
export function groupWeights(
  tensors: Readonly<Record<string, Tensor>>,
  slots: readonly NetworkSlot[],
  file: string,
): GroupedWeights {
  const names = Object.keys(tensors);
  if (names.length === 0) throw new DataError(`${file}: it contains no tensors`);
  if (names.every((name) => /^arr_\d+$/.test(name))) return byPosition(tensors, slots);
  const groups = new Map<string, Record<string, { name: string; value: Tensor }>>();
  const ignored: string[] = [];
  const styles = new Set<GroupedWeights["style"]>();
  for (const [name, value] of Object.entries(tensors)) {
    const match = /^(?:(.*)[./])?([^./]+?)(?::0)?$/.exec(name);
    const own = Object.hasOwn(roles, match?.[2] ?? "") ? null : /^(.+)_(w|b|mean|variance)$/.exec(name);
    const [layer, word] = own ? [own[1], own[2]] : [match?.[1] ?? "", match?.[2] ?? ""];
    const role = Object.hasOwn(roles, word) ? roles[word] : undefined;
    if (role === undefined) {
      throw new DataError(
        `${file}: ${JSON.stringify(name.slice(0, 80))} ${formatShape(value.shape)}: expected names that end in weight, bias, running_mean, running_var (PyTorch), kernel, gamma, … (Keras) or _w, _b (Handgrad)`,
      );
    }
    if (role === "ignored") {
      ignored.push(name);
      continue;
    }
    if (value.shape.length > 2 && value.shape.length !== 4) {
      const what = `${JSON.stringify(name.slice(0, 80))} ${formatShape(value.shape)}`;
      throw new DataError(`${file}: ${what}: expected vectors, matrices and kernels of two-dimensional convolutions`);
    }
    styles.add(role.style);
    groups.set(layer, { ...groups.get(layer), [role.key]: { name, value } });
  }
  // "bias" is a name of Keras as well
  const style = styles.has("keras") ? "keras" : ([...styles][0] ?? "pytorch");
  return {
    groups: [...groups].map(([name, own]) => ({ name, tensors: own, transposed: style === "pytorch" })),
    style,
    notes: ignored.length > 0 ? [`not needed: ${ignored.join(", ")}`] : [],
  };
}

/** Arrays without names, as numpy.savez calls them: in the order of the layers, matrices as (in, out). */
function byPosition(tensors: Readonly<Record<string, Tensor>>, slots: readonly NetworkSlot[]): GroupedWeights {
  const rest = Object.entries(tensors).sort(([a], [b]) => Number(a.slice(4)) - Number(b.slice(4)));
  const groups: WeightGroup[] = [];
  for (const slot of slots) {
    const own: Record<string, { name: string; value: Tensor }> = {};
    for (const key of ["w", "b", "mean", "variance"]) {
      if (!(key in slot.shapes)) continue;
      const next = rest.shift();
      if (next) own[key] = { name: next[0], value: next[1] };
    }
    if (Object.keys(own).length > 0) groups.push({ name: slot.name, tensors: own, transposed: false });
  }
  for (const [name, value] of rest) groups.push({ name, tensors: { w: { name, value } }, transposed: false });
  return {
    groups,
    style: "positions",
    notes: ["arrays without names are assigned in the order of the layers, as (in, out)"],
  };
}

/** The groups in the order of the numbers in their names: "2" before "10". */
export function byNumber(groups: readonly WeightGroup[]): readonly WeightGroup[] {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return groups.toSorted((a, b) => compare(a.name, b.name));
}
