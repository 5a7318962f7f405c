// A separate module, so that rawParquet.ts can load it on demand.
export { decompressBrotli } from "hyparquet-compressors";
