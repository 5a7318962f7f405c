/** The base of every error that Handgrad throws on purpose: its message says where, what was expected, what was found, and what to do. */
export class HandgradError extends Error {
  override name = "HandgradError";
}

/** Shapes or numeric types that do not fit together. */
export class ShapeError extends HandgradError {
  override name = "ShapeError";
}

/** A setting outside of its range, or settings that exclude each other. */
export class SettingsError extends HandgradError {
  override name = "SettingsError";
}

/** Data that cannot be read: missing, truncated, corrupted or of another format; the message names the file and the place. */
export class DataError extends HandgradError {
  override name = "DataError";
}

/** The kind of a value, for messages: "a list", "a text", "nothing". */
export function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "a list";
  if (typeof value === "string") return "a text";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
