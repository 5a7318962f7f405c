// Loaded when the first table is opened: most visitors open none.
export { parseCsv } from "handgrad";
