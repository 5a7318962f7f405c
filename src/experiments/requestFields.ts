import * as v from "valibot";
import { SettingsError } from "../tensor/errors.ts";
import { type DataRequest, dataRequest, flagOf } from "./dataSource.ts";

/** A request in one order, so that a resumed run writes the same bytes. */
export const stored = (request: DataRequest): DataRequest => v.parse(dataRequest, request);

export const ofImages = ["skipBroken", "labelsFrom", "pixelRange"] as const;
export const ofTables = ["header", "types", "drop", "missing", "group", "time"] as const;

/** Throws SettingsError for a field of a request that belongs to other data. */
export function refuse(request: DataRequest, names: readonly (keyof DataRequest)[], what: string): void {
  for (const name of names) {
    const value = request[name];
    if (value === undefined || (name === "labels" && value === "coarse")) continue;
    const flag = value === "both" ? "--recipe or labels" : name === "labels" ? "--fine or labels" : flagOf(name);
    const shown = typeof value === "object" ? "it" : `${value}`;
    throw new SettingsError(`${flag}: ${shown} is of other data; this is ${what}`);
  }
}
