import type { Submissions } from "../support.ts";
import { linear } from "./linear.ts";

export const submissions: readonly Submissions[] = [linear];
