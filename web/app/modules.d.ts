/// <reference types="vite/client" />

/** The address of a worker's script, for `new Worker(url, { type: "module" })`: a chunk that shares code with the page. */
declare module "*?worker-url" {
  const url: string;
  export default url;
}

/** Code as text: the scripts of the workers that run students' code, and the array module of their projects (web/codeTexts.ts). */
declare module "code-text:checking" {
  const text: string;
  export default text;
}
declare module "code-text:training" {
  const text: string;
  export default text;
}
declare module "code-text:array" {
  const text: string;
  export default text;
}

/** The address of a file of reference/. */
declare module "reference:*" {
  const url: string;
  export default url;
}
