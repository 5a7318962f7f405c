import type { DataRequest } from "../src/node.ts";
import { type DataFlags, dataRequestOf } from "./dataOptions.ts";
import { dataSettings, isDefaultNetwork, type SettingsFlags } from "./trainSettings.ts";

/** The data of a new training. The default network, an ensemble, validates its training rows fold by fold. */
export function trainRequestOf(data: string | undefined, flags: DataFlags & SettingsFlags): DataRequest {
  const request = dataRequestOf(data, flags, dataSettings(flags));
  return isDefaultNetwork(flags) ? { ...request, folds: true } : request;
}
