/// <reference types="vite/client" />

/** The address of a worker's script, for `new Worker(url, { type: "module" })`: a chunk that shares code with the page. */
declare module "*?worker-url" {
  const url: string;
  export default url;
}
