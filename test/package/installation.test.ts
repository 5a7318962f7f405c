import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { submissions } from "../assignment/course/submissions/index.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// The packed package in an empty project, installed without running any script: what `npm install handgrad` gives to others.
// `npm run check:package` packs it and names the Nodes to run it with; `npm test` alone skips this.

const root = resolve(import.meta.dirname, "../..");
const tarball = process.env.HANDGRAD_PACKAGE;
const nodes = (process.env.HANDGRAD_NODES ?? process.execPath).split(delimiter);
const project = temporaryFolder("handgrad-project-");
const installed = join(project, "node_modules/handgrad");
const command = join(installed, "cli/handgrad.mjs");
const anyUser = 65534;
const isRoot = process.getuid?.() === 0;
const hasPrebuilt = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);

afterAll(() => {
  spawnSync("chmod", ["-R", "u+w", project]);
});

function run(node: string, args: readonly string[], options: SpawnSyncOptions = {}) {
  const { status, stdout, stderr } = spawnSync(node, args, {
    cwd: project,
    timeout: 60_000,
    ...options,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const handgrad = (...args: readonly string[]) => run(process.execPath, [command, ...args]);
const quick = ["train", "--data", "stand-in", "--train-images", "500", "--layers", "3072,8,20", "--epochs", "1"];

/** Like `body`, in an installation without the addons of the release. */
function withoutPrebuilds(body: () => void): void {
  const [here, away] = ["prebuilds", "away"].map((name) => join(installed, name));
  renameSync(here, away);
  try {
    body();
  } finally {
    renameSync(away, here);
  }
}

function megabytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(folder, name)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0) / 1e6;
}

describe.skipIf(!tarball)("the installed package", () => {
  beforeAll(() => {
    writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
    const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", String(tarball)];
    expect(run("npm", install)).toMatchObject({ status: 0 });
  }, 60_000);

  test("is small: no PDF compiler and no image decoder", () => {
    expect(megabytes(join(project, "node_modules"))).toBeLessThan(20);
    expect(readdirSync(join(project, "node_modules"))).not.toContain("sharp");
    expect(readdirSync(join(project, "node_modules"))).not.toContain("@myriaddreamin");
  });

  describe.each(nodes)("on %s", (node) => {
    test.skipIf(!hasPrebuilt)("finds its native kernels without any script at installation", () => {
      const { status, stdout } = run(node, [command, "doctor"]);
      expect(stdout).toMatch(/native yes: .*part of the package/);
      expect(status).toBe(0);
    });

    test("trains", () => {
      const { status, stdout, stderr } = run(node, [command, ...quick, "--out", `run-${nodes.indexOf(node)}`]);
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/test accuracy/);
    });

    test("makes a project of the course and checks code in it", () => {
      const folder = `course-${nodes.indexOf(node)}`;
      expect(run(node, [command, "course", "new", "problem1", folder])).toMatchObject({ status: 0 });
      const { solution } = submissions.find(({ id }) => id === "linear") ?? {};
      writeFileSync(join(project, folder, "linear.ts"), String(solution));
      const check = ["course", "check", "--dir", folder];
      expect(run(node, [command, ...check, "linear"])).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("10 of 10 points"),
      });
      expect(run(node, [command, ...check])).toMatchObject({
        status: 1,
        stdout: expect.stringContaining("10 of 100 points"),
      });
    });

    test("has three entries", () => {
      const script = `
        const names = ["handgrad", "handgrad/node", "handgrad/assignment"];
        const entries = await Promise.all(names.map((name) => import(name)));
        console.log(entries.map((entry) => Object.keys(entry).length > 10).join());`;
      expect(run(node, ["--input-type=module", "-e", script])).toMatchObject({ status: 0, stdout: "true,true,true\n" });
    });
  });

  test("a report without the PDF compiler: HTML, and one line that says what to install", () => {
    expect(handgrad(...quick, "--out", "reported").status).toBe(0);
    const { status, stdout, stderr } = handgrad("report", "reported");
    const [{ devDependencies }] = [JSON.parse(readFileSync(join(root, "package.json"), "utf8"))];
    const name = "@myriaddreamin/typst-ts-node-compiler";
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining(`npm install ${name}@${devDependencies[name]}`),
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain(join("reported", "report.html"));
    expect(readdirSync(join(project, "reported"))).toContain("report.html");
    expect(readdirSync(join(project, "reported"))).not.toContain("report.pdf");
  });

  test("a page that predicts, without a bundler, and an ONNX file", { timeout: 60_000 }, () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 3 ? "red" : "blue"},${i % 7 > 3 ? "yes" : "no"}`);
    writeFileSync(join(project, "rows.csv"), ["size,colour,ripe", ...rows].join("\n"));
    expect(
      handgrad("train", "rows.csv", "--target", "ripe", "--epochs", "2", "--no-baseline", "--out", "table").status,
    ).toBe(0);
    const html = handgrad("export", "table", "--html", "page.html");
    expect(html, html.stderr).toMatchObject({ status: 0, stderr: "" });
    const page = readFileSync(join(project, "page.html"), "utf8");
    expect(page).toContain("<h1>Predict ripe</h1>");
    expect(page.length).toBeGreaterThan(50_000); // with its script
    expect(readdirSync(join(project, "node_modules"))).not.toContain("vite");
    expect(handgrad(...quick, "--out", "images").status).toBe(0);
    expect(handgrad("export", "images", "--html", "pictures.html").status).toBe(0);
    expect(readFileSync(join(project, "pictures.html"), "utf8")).toContain("Predict labels of pictures");
    expect(handgrad("export", "table", "--out", "model.onnx").stdout).toContain("probabilities  float (batch, 2)");
  });

  test("the files of the web app, without a bundler", () => {
    expect(handgrad("web", "--out", "public")).toMatchObject({ status: 0, stderr: "" });
    const page = readFileSync(join(project, "public", "index.html"), "utf8");
    const [, script] = /src="\.\/(app-[^"]+\.js)"/.exec(page) ?? [];
    expect(existsSync(join(project, "public", script))).toBe(true);
    expect(existsSync(join(project, "public", "serviceWorker.js"))).toBe(true);
  });

  test("the notebooks of the assignment, without a bundler", () => {
    const folder = join(project, "notebook");
    mkdirSync(folder);
    writeFileSync(join(folder, "images.npz"), ""); // the images come from the lab
    const module = JSON.stringify(join(installed, "dist/assignment/node/notebookFolder.js"));
    const write = `const { writeNotebooks } = await import(${module}); await writeNotebooks(${JSON.stringify(folder)});`;
    const { status, stderr } = run(process.execPath, ["--input-type=module", "--eval", write]);
    expect(status, stderr).toBe(0);
    expect(readdirSync(folder).sort()).toEqual([
      ...["README.md", "checks.json", "handgrad.js", "images.npz"],
      ...["problem1-numpy.ipynb", "problem1.ipynb", "runs.json"],
    ]);
    const use = `const { Gelu } = await import(${JSON.stringify(join(folder, "handgrad.js"))}); console.log(new Gelu().kind);`;
    expect(run(process.execPath, ["--input-type=module", "--eval", use]).stdout).toBe("gelu\n");
  });

  test("an image without the decoder: one line that says what to install", () => {
    expect(handgrad(...quick, "--out", "predicts").status).toBe(0);
    writeFileSync(join(project, "image.png"), Buffer.from("89504e470d0a1a0a", "hex"));
    const { status, stderr } = handgrad("predict", "predicts", "image.png");
    expect(stderr.split("\n")[0]).toMatch(/^error: .*npm install sharp$/);
    expect(status).toBe(1);
  });

  test.skipIf(!hasPrebuilt)("the script at installation compiles nothing where a prebuilt addon loads", () => {
    expect(run(process.execPath, [join(installed, "scripts/install.mjs")])).toMatchObject({ status: 0, stderr: "" });
    expect(existsSync(join(installed, "build"))).toBe(false);
  });

  test("without an addon: compiled where there is a compiler, WebAssembly where there is none", () => {
    withoutPrebuilds(() => {
      const noCompiler = { env: { ...process.env, CXX: "no-such-compiler" } };
      expect(run(process.execPath, [join(installed, "scripts/install.mjs")], noCompiler)).toMatchObject({ status: 0 });
      const { stdout } = handgrad("doctor");
      expect(stdout).toMatch(/native no: not built: no C\+\+ compiler found/);
      expect(stdout).toMatch(/kernels +wasm/);
      rmSync(join(installed, "build"), { recursive: true });
    });
  });

  test.skipIf(!hasPrebuilt)("an addon that does not load or is of another version is a reason, not a crash", () => {
    withoutPrebuilds(() => {
      const folder = join(installed, "prebuilds", `${process.platform}-${process.arch}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "handgrad.node"), "no program");
      expect(handgrad("doctor").stdout).toMatch(/native no: .*handgrad\.node/);
      rmSync(join(installed, "prebuilds"), { recursive: true });
    });
  });

  test("works where nothing can be written and there is no home", () => {
    const readOnly = join(project, "read-only");
    mkdirSync(readOnly);
    for (const name of ["package.json", "node_modules"]) {
      cpSync(join(project, name), join(readOnly, name), { recursive: true });
    }
    spawnSync("chmod", ["-R", "a+rX,a-w", readOnly]);
    chmodSync(project, 0o755);
    const user = isRoot ? { uid: anyUser, gid: anyUser } : {};
    const script = join(readOnly, "node_modules/handgrad/cli/handgrad.mjs");
    const path = process.env.PATH ?? "";
    for (const env of [{ PATH: path }, { PATH: path, HOME: readOnly }]) {
      const doctor = run(process.execPath, [script, "doctor"], { ...user, env, cwd: readOnly });
      expect(doctor, doctor.stderr).toMatchObject({ status: 0, stderr: "" });
      const out = mkdtempSync(join(tmpdir(), "handgrad-out-"));
      chmodSync(out, 0o777);
      const trained = run(process.execPath, [script, ...quick, "--out", join(out, "run")], {
        ...user,
        env,
        cwd: readOnly,
      });
      expect(trained.status, trained.stderr).toBe(0);
      const refused = run(process.execPath, [script, ...quick], { ...user, env, cwd: readOnly });
      expect(refused.stderr, basename(readOnly)).toMatch(/^error: .*(EACCES|permission denied)[^\n]*\n$/m);
      expect(refused.status).toBe(1);
      rmSync(out, { recursive: true });
    }
  });
});
