import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The name of an installed browser; tests in pages are skipped without one. */
export const browserName = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

type Answer = Readonly<Record<string, unknown>>;

/**
 * One page in a headless browser, driven by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). It counts what the page
 * requests and what it complains about.
 */
export class BrowserPage {
  readonly requests: string[] = [];
  readonly complaints: string[] = [];
  readonly downloads: string;
  private readonly profile: string;
  private readonly child: ChildProcess;
  private socket!: WebSocket;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private count = 0;

  private constructor() {
    this.profile = mkdtempSync(join(tmpdir(), "handgrad-browser-"));
    this.downloads = join(this.profile, "downloads");
    const own = [`--user-data-dir=${this.profile}`, "--remote-debugging-port=0", "about:blank"];
    this.child = spawn(browserName as string, [...flags, ...quiet, ...own], { stdio: "ignore" });
  }

  static async open(url: string): Promise<BrowserPage> {
    const page = new BrowserPage();
    await page.connect();
    for (const domain of ["Page", "Runtime", "Log", "Network", "DOM"]) await page.send(`${domain}.enable`);
    await page.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: page.downloads });
    await page.visit(url);
    return page;
  }

  /** Loads another page and waits until its scripts have run. */
  async visit(url: string): Promise<void> {
    await this.send("Page.navigate", { url });
    await this.until("document.readyState === 'complete'");
  }

  /** The value of an expression in the page, which may be a promise. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const answer = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as {
      result: { value: Value };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? "an exception in the page");
    return result.value;
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string, seconds = 20): Promise<void> {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; await pause(30)) {
      if (await this.evaluate<boolean>(`Boolean(${expression})`)) return;
    }
    throw new Error(`it did not become true in ${seconds} s: ${expression}`);
  }

  /** Chooses files in the file input that a selector finds. */
  async chooseFiles(selector: string, files: readonly string[]): Promise<void> {
    const { root } = (await this.send("DOM.getDocument")) as { root: { nodeId: number } };
    const { nodeId } = await this.send("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.send("DOM.setFileInputFiles", { nodeId, files });
  }

  /** The bytes of a PNG of the whole page at a width, light or dark. */
  async screenshot(width: number, { dark = false } = {}): Promise<Buffer> {
    const size = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
    await this.send("Emulation.setDeviceMetricsOverride", size);
    const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
    await this.send("Emulation.setEmulatedMedia", { features });
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
    return Buffer.from(data as string, "base64");
  }

  async close(): Promise<void> {
    this.socket?.close();
    const ended = new Promise((exit) => this.child.once("exit", exit));
    this.child.kill();
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async send(method: string, params: Answer = {}): Promise<Answer> {
    const id = ++this.count;
    const answer = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = (await answer) as { result?: Answer; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  private async connect(): Promise<void> {
    const file = join(this.profile, "DevToolsActivePort");
    for (const end = Date.now() + 30_000; !existsSync(file) || readFileSync(file, "utf8").split("\n").length < 2; ) {
      if (Date.now() > end) throw new Error("the browser did not start");
      await pause(50);
    }
    const [port] = readFileSync(file, "utf8").split("\n");
    const pages = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const found = pages.find(({ type }) => type === "page");
    if (!found) throw new Error("the browser has no page");
    this.socket = new WebSocket(found.webSocketDebuggerUrl);
    await new Promise((opened) => this.socket.addEventListener("open", opened, { once: true }));
    this.socket.addEventListener("message", ({ data }) => this.receive(JSON.parse(String(data))));
  }

  private receive(message: { id?: number; method?: string; params?: Record<string, unknown> } & Answer): void {
    const { params = {} } = message;
    if (message.id !== undefined) {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    } else if (message.method === "Network.requestWillBeSent") {
      this.requests.push((params.request as { url: string }).url);
    } else if (message.method === "Log.entryAdded") {
      this.complaints.push((params.entry as { text: string }).text);
    } else if (message.method === "Runtime.exceptionThrown") {
      this.complaints.push(JSON.stringify(params));
    }
  }
}

export const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
