// Reads a file with Handgrad and prints what it took: node bench/readOneTable.ts FILE (a process of its own, for the peak of its memory)
import { readTable } from "../src/node.ts";

const began = performance.now();
const { rows } = await readTable(process.argv[2]);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ rows, seconds, cpu: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 }));
