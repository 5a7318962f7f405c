/** How dates are written: the order of year, month and day, "Jan 5 2012", 20120105, seconds since 1970, or a time alone. */
export const dateFormats = ["ymd", "dmy", "mdy", "named", "compact", "unix", "time"] as const;
export type DateFormat = (typeof dateFormats)[number];
