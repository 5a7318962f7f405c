// The frame in which a page runs a student's code: a document of its own, with an origin that has no storage and a policy without connections. The code runs in a
// worker of it, which has the same policy. `srcdoc` needs no request, so this works without a network and whatever headers the page has.

/** Starts a worker with the script that it gets, gives it the second port, and forwards the worker's reports to the first. */
export const sandboxScript = `onmessage = ({ data, ports: [control, port] }) => {
  const worker = new Worker(URL.createObjectURL(new Blob([data], { type: "text/javascript" })));
  worker.onerror = ({ message, lineno }) => control.postMessage({ message, lineno });
  worker.postMessage(null, [port]);
};`;

/** The hash of sandboxScript for script-src: the frame inherits the policy of its page, which must allow this script too. */
export const sandboxScriptHash = "'sha256-JPo+ZbZ0IZVI+aM0OVVQTo/LE7h57X5ZHyC1mQK1NFo='";

const policy = `default-src 'none'; script-src ${sandboxScriptHash} 'wasm-unsafe-eval'; worker-src blob:`;

/** Adds a frame to the page and resolves when it is ready for a script. */
export async function openSandbox(document: Document): Promise<HTMLIFrameElement> {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.title = "Runs the code of exercises";
  frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><script>${sandboxScript}</script>`;
  const loaded = new Promise<void>((resolve) => {
    frame.onload = () => resolve();
  });
  document.body.append(frame);
  await loaded;
  return frame;
}

/** Starts the script in a worker of the frame. */
export function startInSandbox(
  { contentWindow }: HTMLIFrameElement,
  script: string,
): { readonly control: MessagePort; readonly port: MessagePort } {
  const [control, port] = [new MessageChannel(), new MessageChannel()];
  // the frame has an origin that no other target names, and gets only the project
  contentWindow?.postMessage(script, "*", [control.port2, port.port2]);
  return { control: control.port1, port: port.port1 };
}
