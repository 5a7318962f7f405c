import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defaultKernels, setDefaultKernels } from "../../src/kernels/defaultKernels.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { scalarKernels } from "../../src/kernels/scalar.ts";
import { WasmKernels, wasmKernels } from "../../src/kernels/wasm.ts";
import { availableThreads } from "../../src/kernels/wasmPool.ts";
import { Workspace } from "../../src/kernels/workspace.ts";
import { Gelu } from "../../src/layers/activation.ts";
import { Linear } from "../../src/layers/linear.ts";
import { Sequential } from "../../src/layers/sequential.ts";
import { fastest } from "../../src/node/kernels/kernels.ts";
import { RandomState } from "../../src/random/randomState.ts";

const layers = () => [new Linear(4, 3, { random: new RandomState(1) }), new Gelu()];

describe("the default kernels", () => {
  const make = vi.fn((): Kernels => ({ ...scalarKernels, name: "counted" }));
  afterEach(() => make.mockClear());

  it("are made at the first use, once, and shared by all networks", () => {
    setDefaultKernels(make);
    layers();
    new Workspace();
    expect(make).not.toHaveBeenCalled();
    const [one, two] = [new Sequential(layers()), new Sequential(layers())];
    expect(one.workspace.kernels.name).toBe("counted");
    expect(two.workspace.kernels).toBe(one.workspace.kernels);
    expect(new Workspace().kernels).toBe(defaultKernels());
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("are not made for a network with kernels of its own", () => {
    setDefaultKernels(make);
    const network = new Sequential(layers(), { kernels: scalarKernels });
    expect(network.layers[0].workspace.kernels).toBe(scalarKernels);
    expect(make).not.toHaveBeenCalled();
  });

  it("are replaced for networks made later, and stay for those made before", () => {
    setDefaultKernels(make);
    const before = new Sequential(layers());
    setDefaultKernels(() => scalarKernels);
    expect(new Sequential(layers()).workspace.kernels).toBe(scalarKernels);
    expect(before.workspace.kernels.name).toBe("counted");
  });
});

describe("the default kernels of each entry", () => {
  /** What a process prints that trains a step large enough for all threads, and how it ends. */
  const run = (imports: string) => {
    const script = `
      ${imports}
      const random = new RandomState(1);
      const network = new Sequential([new Linear(300, 300, { random })]);
      const x = Tensor.zeros([300, 300], "float32");
      for (let i = 0; i < 3; i++) network.backward(network.forward(x, { mode: "train", random }));
      console.log(network.workspace.kernels.name, network.workspace.kernels.threads);`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=handgrad-source", "--input-type=module", "-e", script],
      { encoding: "utf8", timeout: 30_000, cwd: new URL("../..", import.meta.url) },
    );
    return { status, stdout: stdout.trim(), stderr };
  };
  const names = "{ Linear, RandomState, Sequential, Tensor }";
  const cores = availableParallelism();

  it("handgrad: WebAssembly on all cores", () => {
    expect(run(`import ${names} from "handgrad";`)).toEqual({ status: 0, stdout: `wasm ${cores}`, stderr: "" });
  });

  it("handgrad/node: the fastest of this machine, also with handgrad imported", () => {
    const expected = { status: 0, stdout: expect.stringMatching(`^${fastest()}.* ${cores}$`), stderr: "" };
    expect(run(`import ${names} from "handgrad/node";`)).toEqual(expected);
    expect(run(`import "handgrad/node"; import ${names} from "handgrad";`)).toEqual(expected);
  });

  it("handgrad/assignment alone: scalar, with losses and updates; with handgrad/node what that chooses, in either order", () => {
    const check = `
      import { readFileSync } from "node:fs";
      import { assignmentChecks } from "handgrad/assignment";
      import { defaultKernels } from "./src/kernels/defaultKernels.ts";
      const checks = assignmentChecks(JSON.parse(readFileSync("reference/checks.json", "utf8")));
      console.log(checks.every(({ passed }) => passed), defaultKernels().name);`;
    const printed = (imports: string) =>
      spawnSync(process.execPath, ["--conditions=handgrad-source", "--input-type=module", "-e", imports], {
        encoding: "utf8",
        cwd: new URL("../..", import.meta.url),
      }).stdout.trim();
    expect(printed(check)).toBe("true scalar");
    expect(printed(`import "handgrad/node";${check}`)).toMatch(new RegExp(`^true ${fastest()}`));
    expect(printed(`${check}\nimport "handgrad/node";`)).toMatch(new RegExp(`^true ${fastest()}`));
  });

  it("without an entry: scalar, what layers need", () => {
    const imports = [
      'import { Linear } from "./src/layers/linear.ts";',
      'import { Sequential } from "./src/layers/sequential.ts";',
      'import { RandomState } from "./src/random/randomState.ts";',
      'import { Tensor } from "./src/tensor/tensor.ts";',
    ];
    expect(run(imports.join("\n"))).toEqual({ status: 0, stdout: "scalar 1", stderr: "" });
  });
});

describe("threads of the wasm kernels", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("are all cores unless told otherwise", () => {
    const kernels = wasmKernels();
    expect(kernels.threads).toBe(availableParallelism());
    kernels.close();
  });

  /** What availableThreads finds in a browser with 8 cores. */
  const inBrowser = (globals: Readonly<Record<string, unknown>>): number => {
    for (const [name, value] of Object.entries({
      process: undefined,
      navigator: { hardwareConcurrency: 8 },
      ...globals,
    }))
      vi.stubGlobal(name, value);
    try {
      return availableThreads();
    } finally {
      vi.unstubAllGlobals();
    }
  };

  it("in browsers all cores only in a worker of an isolated page", () => {
    const document = {};
    expect(inBrowser({ crossOriginIsolated: true })).toBe(8);
    expect(inBrowser({ crossOriginIsolated: false })).toBe(1);
    expect(inBrowser({ crossOriginIsolated: true, document })).toBe(1);
    expect(inBrowser({ crossOriginIsolated: false, document })).toBe(1);
    expect(inBrowser({ crossOriginIsolated: true, navigator: {} })).toBe(1);
  });

  /** Counts the workers that are started from now until the end of the test. */
  const countWorkers = (): (() => number) => {
    const threads = process.getBuiltinModule("node:worker_threads");
    let count = 0;
    class Counted extends threads.Worker {
      constructor(...options: ConstructorParameters<typeof threads.Worker>) {
        super(...options);
        count++;
      }
    }
    vi.spyOn(threads, "Worker", "get").mockReturnValue(Counted);
    return () => count;
  };

  it("are started by the first call that is worth sharing, not by small ones", () => {
    const started = countWorkers();
    const kernels = new WasmKernels({ threads: 3 });
    const small = kernels.allocate("float32", 2000);
    kernels.activate("gelu", small, undefined, kernels.allocate("float32", 2000));
    kernels.matmul(small.subarray(0, 100), small.subarray(0, 200), small.subarray(0, 200), 10, 20, 10);
    expect(started()).toBe(0);
    const [a, c] = [kernels.allocate("float32", 40_000), kernels.allocate("float32", 40_000)];
    kernels.matmul(c, a, a, 200, 200, 200);
    expect(started()).toBe(2);
    kernels.close();
  });

  it("that a page does not let start are done without", () => {
    const failures: (() => void)[] = [];
    class NeverStarts {
      onmessage = () => {};
      onerror: (event: object) => void = () => {};
      constructor() {
        if (failures.push(() => this.onerror({ message: "forbidden" })) === 2) throw new Error("forbidden");
      }
      postMessage() {}
      terminate() {}
    }
    for (const [name, value] of Object.entries({ process: undefined, crossOriginIsolated: true, Worker: NeverStarts }))
      vi.stubGlobal(name, value);
    const kernels = wasmKernels({ threads: 3 });
    const [a, c] = [new Float32Array(40_000).fill(1), new Float32Array(40_000)];
    for (let call = 0; call < 2; call++) {
      kernels.matmul(c.fill(0), a, a, 200, 200, 200);
      for (const fail of failures) fail();
    }
    kernels.close();
    vi.unstubAllGlobals();
    expect(failures).toHaveLength(2);
    expect(c.every((value) => value === 200)).toBe(true);
  });
});

it("wasm computes updates and layer normalization, which it does not have itself, as scalar does, to the bit", () => {
  const kernels = wasmKernels({ threads: 1 });
  const make = () => Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
  const run = ({ updates, norms }: Kernels) => {
    const [values, v, y] = [make(), new Float32Array(600), make()];
    updates.rmsprop(values, make(), v, { learningRate: 0.1, alpha: 0.9, epsilon: 1e-8, weightDecay: 0 });
    const [mean, inverse] = [new Float32Array(20), new Float32Array(20)];
    norms.layerNorm(y, mean, inverse, make(), make().subarray(0, 30), make().subarray(30, 60), 20, 30, 1e-5);
    return [values, v, y, mean, inverse];
  };
  expect(run(kernels)).toEqual(run(scalarKernels));
  expect(kernels.updates).toBe(scalarKernels.updates);
  kernels.close();
});
