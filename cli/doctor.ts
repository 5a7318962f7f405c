import { availableParallelism, cpus } from "node:os";
import { Command } from "commander";
import {
  bfloat16Problem,
  cifar100Folders,
  DataError,
  fastest,
  findCifar100,
  nativeStatus,
  openKernels,
  wasmSupported,
} from "../src/node.ts";
import { doctorMachines } from "./doctorMachines.ts";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("show which kernels this machine uses and why, and where the data is")
    .option("--machines", "measure whether training on several machines pays off; under mpiexec also the network")
    .action(async ({ machines }: { readonly machines?: boolean }) => {
      if (!machines) console.log(report().join("\n"));
      else await doctorMachines();
    });
}

function report(): string[] {
  const native = nativeStatus();
  const bfloat16 = bfloat16Problem();
  const active = openKernels({ kernels: fastest() });
  const { name, threads } = active;
  active.close();
  return [
    `node     ${process.version}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores`,
    `kernels  ${name}, ${threads} threads: ${whyActive(native)}`,
    `  native ${native.available ? "yes" : "no"}: ${native.reason}`,
    `  wasm   ${wasmSupported() ? "yes" : "no: this Node has no WebAssembly SIMD or no shared memory"}`,
    "  scalar yes: plain TypeScript",
    `bfloat16 ${bfloat16 === undefined ? "yes: --precision bfloat16 trains with products in bfloat16" : `no: ${bfloat16}`}`,
    `data     ${dataLine()}`,
  ];
}

function whyActive({ available }: { readonly available: boolean }): string {
  if (available) return "the vector instructions of this CPU, the fastest available";
  const faster = 'for about twice the speed install a C++ compiler (g++ or clang++) and run "npm rebuild"';
  return wasmSupported() ? `WebAssembly SIMD; ${faster}` : `plain TypeScript; ${faster}`;
}

function dataLine(): string {
  try {
    const { path, format } = findCifar100();
    return `CIFAR-100 in ${path} (${format})`;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return `no CIFAR-100 in ${cifar100Folders().join(", ")}; "handgrad data download cifar100" downloads it`;
  }
}
