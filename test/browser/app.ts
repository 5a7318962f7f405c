import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { findWebApp, serveWebApp } from "../../src/node.ts";
import { browserName } from "./chromium.ts";

const root = resolve(import.meta.dirname, "../..");
const axeScript = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export interface AppOptions {
  /** of the view, "#/playground" */
  readonly address?: string;
  /** without it, the server does not send the headers for threads */
  readonly isolated?: boolean;
  readonly width?: number;
  readonly dark?: boolean;
}

/** The web app in a headless browser with a profile of its own. Problems are what the page writes to the console as errors. */
export class App {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly url: string;
  readonly problems: string[] = [];
  private readonly ends: readonly (() => Promise<void> | void)[];

  private constructor(context: BrowserContext, page: Page, url: string, ends: readonly (() => Promise<void> | void)[]) {
    this.context = context;
    this.page = page;
    this.url = url;
    this.ends = ends;
    context.on("page", (each) => this.watch(each));
    this.watch(page);
  }

  /** Builds the app where a source is newer, serves it and opens a view. */
  static async open({ address = "", isolated = true, width = 1280, dark = false }: AppOptions = {}): Promise<App> {
    const folder = await findWebApp();
    const server = isolated ? await serveWebApp(folder, { port: 0 }) : await servePlainly(folder);
    const profile = mkdtempSync(join(tmpdir(), "handgrad-app-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: executable(),
      args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
      chromiumSandbox: false,
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      acceptDownloads: true,
    });
    const ends = [
      () => context.close(),
      () => server.close(),
      () => rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
    ];
    const app = new App(context, context.pages()[0] ?? (await context.newPage()), server.url, ends);
    await app.page.goto(server.url + address);
    await app.page.waitForSelector("main h1");
    return app;
  }

  private watch(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
    page.on("pageerror", (error) => this.problems.push(error.stack ?? error.message));
  }

  /** Opens another view or state of the app. */
  async visit(address: string): Promise<void> {
    await this.page.goto(this.url + address);
  }

  /** What axe finds against WCAG 2.2 AA and its best practices: one line for each rule and element. */
  async axe(page: Page = this.page): Promise<string[]> {
    await page.evaluate(axeSource());
    return page.evaluate(async () => {
      type Found = {
        violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary: string }[] }[];
      };
      const { axe } = globalThis as unknown as { axe: { run(): Promise<Found> } };
      const { violations } = await axe.run();
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
      );
    });
  }

  /** What axe finds at 1280 and 360 px, light and dark; with HANDGRAD_SCREENSHOTS=DIR also writes pictures there. */
  async axeEverywhere(name: string): Promise<string[]> {
    const found: string[] = [];
    for (const [width, height] of [
      [1280, 900],
      [360, 740],
    ]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await this.page.setViewportSize({ width, height });
        await this.page.emulateMedia({ colorScheme });
        await this.page.waitForTimeout(150);
        found.push(...(await this.axe()).map((line) => `${width} ${colorScheme}: ${line}`));
        const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${width} ${colorScheme}: the page is ${wide} px wider than the window`);
        await this.screenshot(`${name}-${width}-${colorScheme}`);
      }
    }
    return found;
  }

  /** A picture of the whole page in the folder HANDGRAD_SCREENSHOTS, if it is set. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env.HANDGRAD_SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  async close(): Promise<void> {
    for (const end of this.ends) await end();
  }
}

let found: string | undefined;
function executable(): string {
  found ??= execFileSync("which", [browserName as string], { encoding: "utf8" }).trim();
  return found;
}

let axeText: string | undefined;
function axeSource(): string {
  axeText ??= readFileSync(axeScript, "utf8");
  return axeText;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

/** A host of static files that sends no headers of its own. */
export async function servePlainly(folder: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Files for tests that compare with the command. */
export const repository = root;
