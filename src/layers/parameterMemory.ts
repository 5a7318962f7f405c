import { SettingsError } from "../tensor/errors.ts";
import { formatBytes } from "../tensor/formatBytes.ts";
import type { DType } from "../tensor/tensor.ts";

/** The most bytes of one array of parameters: 8 GiB. Some engines hold larger typed arrays, others do not. */
export const mostArrayBytes = 2 ** 33;

/** Throws SettingsError, before anything is allocated, if the parameters do not fit into one array. */
export function checkParameters(what: string, parameters: number, dtype: DType = "float32"): void {
  const bytes = parameters * (dtype === "float32" ? 4 : 8);
  if (bytes <= mostArrayBytes) return;
  throw new SettingsError(
    `${what}: expected at most ${formatBytes(mostArrayBytes)} of parameters, found ${parameters.toLocaleString("en")} ` +
      `${dtype} numbers (${formatBytes(bytes)}); make the layers smaller`,
  );
}
