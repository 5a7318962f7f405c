// A module of its own, which rawParquet.ts loads on demand.
export { decompressBrotli } from "hyparquet-compressors";
