/**
 * The content security policy of the web app: its pages may run scripts of their own origin and WebAssembly, start workers, and
 * connect only to their own origin. https://www.w3.org/TR/CSP3/
 */
export const appPolicy = [
  "default-src 'none'",
  // the hash of the only inline script, in the sandboxed frame that runs the code of exercises (sandboxScriptHash)
  "script-src 'self' 'wasm-unsafe-eval' 'sha256-JPo+ZbZ0IZVI+aM0OVVQTo/LE7h57X5ZHyC1mQK1NFo='",
  "worker-src 'self' blob:", // for the threads of the kernels, whose script has no address
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src blob:",
  "style-src 'self' 'unsafe-inline'", // for figures, which have style attributes
  "font-src 'self'",
  "manifest-src 'self'",
  "frame-src 'self' blob:", // for reports, in a sandbox
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");
