/**
 * What the pages of the web app may do: run scripts of their own origin and WebAssembly, start workers, and connect to nothing elsewhere.
 * https://www.w3.org/TR/CSP3/
 */
export const appPolicy = [
  "default-src 'none'",
  // the hash is that of the one inline script: of the sandboxed frame that runs the code of exercises (sandboxScriptHash)
  "script-src 'self' 'wasm-unsafe-eval' 'sha256-JPo+ZbZ0IZVI+aM0OVVQTo/LE7h57X5ZHyC1mQK1NFo='",
  "worker-src 'self' blob:", // of the threads of the kernels, whose script has no address
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src blob:",
  "style-src 'self' 'unsafe-inline'", // of figures, which colour by style attributes
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-src 'self' blob:", // reports, in a sandbox
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");
