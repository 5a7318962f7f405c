import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "./chromium.ts";

/** The name of an installed Firefox; its tests are skipped without one. */
export const firefoxName = ["firefox", "firefox-esr"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** The browser must not open pages or ask servers of its own. */
const preferences = `
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.newtabpage.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
`;

type Result = Readonly<Record<string, unknown>>;

/** One page in a headless Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). Problems are errors in its console. */
export class FirefoxPage {
  readonly problems: string[] = [];
  private readonly profile = mkdtempSync(join(tmpdir(), "handgrad-firefox-"));
  private readonly child: ChildProcess;
  private socket!: WebSocket;
  private context = "";
  private readonly waiting = new Map<number, (answer: Result) => void>();
  private count = 0;

  private constructor() {
    writeFileSync(join(this.profile, "user.js"), preferences);
    const flags = ["--headless", "--no-remote", "--profile", this.profile, "--remote-debugging-port=0", "about:blank"];
    this.child = spawn(firefoxName as string, flags, { stdio: ["ignore", "ignore", "pipe"] });
  }

  static async open(url: string): Promise<FirefoxPage> {
    const page = new FirefoxPage();
    await page.connect();
    await page.visit(url);
    return page;
  }

  /** Loads a page and waits until its scripts have run. */
  async visit(url: string): Promise<void> {
    await this.send("browsingContext.navigate", { context: this.context, url, wait: "complete" });
  }

  /** The value of an expression in the page, which may be a promise, by JSON. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const answer = await this.send("script.evaluate", {
      expression: `(async () => JSON.stringify(await (${expression})))()`,
      target: { context: this.context },
      awaitPromise: true,
    });
    const { result, exceptionDetails } = answer as {
      result?: { value?: string };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result?.value === undefined ? (undefined as Value) : JSON.parse(result.value);
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string, seconds = 30): Promise<void> {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; await pause(50)) {
      if (await this.evaluate<boolean>(`Boolean(${expression})`)) return;
    }
    throw new Error(`it did not become true in ${seconds} s: ${expression}`);
  }

  /** Clicks the middle of what a selector finds, as a pointer does. */
  async click(selector: string): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
    const [x, y] = await this.evaluate<[number, number]>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: "center" });
      const { left, top, width, height } = element.getBoundingClientRect();
      return [Math.round(left + width / 2), Math.round(top + height / 2)];
    })()`);
    const pointer = [
      { type: "pointerMove", x, y },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    const actions = [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: pointer }];
    await this.send("input.performActions", { context: this.context, actions });
  }

  /** The bytes of a PNG of the whole page. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send("browsingContext.captureScreenshot", {
      context: this.context,
      origin: "document",
    });
    return Buffer.from(data as string, "base64");
  }

  async send(method: string, params: Result = {}): Promise<Result> {
    const id = ++this.count;
    const answer = new Promise<Result>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { type, result, error, message } = (await answer) as Record<string, string> & { result: Result };
    if (type === "error") throw new Error(`${method}: ${error}: ${message}`);
    return result;
  }

  async close(): Promise<void> {
    this.socket?.close();
    const ended = new Promise((exit) => this.child.once("exit", exit));
    this.child.kill();
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private async connect(): Promise<void> {
    const address = await new Promise<string>((resolve, reject) => {
      let text = "";
      this.child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(text);
        if (found) resolve(found[1]);
      });
      this.child.once("exit", () => reject(new Error(`Firefox did not start:\n${text}`)));
    });
    this.socket = new WebSocket(`${address}/session`);
    await new Promise((opened) => this.socket.addEventListener("open", opened, { once: true }));
    this.socket.addEventListener("message", ({ data }) => this.receive(JSON.parse(String(data))));
    await this.send("session.new", { capabilities: {} });
    await this.send("session.subscribe", { events: ["log.entryAdded"] });
    const { contexts } = (await this.send("browsingContext.getTree")) as { contexts: { context: string }[] };
    this.context = contexts[0].context;
    const viewport = { width: 1280, height: 900 };
    await this.send("browsingContext.setViewport", { context: this.context, viewport });
  }

  private receive(message: { id?: number; method?: string; params?: Result } & Result): void {
    if (message.id !== undefined) {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    } else if (message.method === "log.entryAdded" && message.params?.level === "error") {
      this.problems.push(String(message.params.text));
    }
  }
}
