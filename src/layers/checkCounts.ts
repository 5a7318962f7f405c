import { SettingsError } from "../tensor/errors.ts";

/** Throws SettingsError that names the layer and the option unless each number is whole and at least 1. */
export function checkCounts(layer: string, options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!Number.isInteger(value) || value < 1)
      throw new SettingsError(`${layer}: ${option}: expected a whole number of at least 1, found ${value}`);
  }
}
