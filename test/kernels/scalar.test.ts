import { scalarKernels } from "../../src/kernels/scalar.ts";
import { kernelsContract } from "../contracts/kernels.contract.ts";

kernelsContract("scalar", ({ threads }) => (threads === 1 ? scalarKernels : undefined));
