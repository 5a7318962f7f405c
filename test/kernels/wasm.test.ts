import { wasmKernels } from "../../src/kernels/wasm.ts";
import { kernelsContract } from "../contracts/kernels.contract.ts";

kernelsContract("wasm", ({ threads }) => wasmKernels({ threads }));
kernelsContract("wasm without fused multiply-add", ({ threads }) => wasmKernels({ threads, strict: true }));
