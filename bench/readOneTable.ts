// Reads a file with Handgrad and prints time and memory: node bench/readOneTable.ts FILE (a separate process, to measure its peak memory)
import { readTable } from "../src/node.ts";

const began = performance.now();
const { rows } = await readTable(process.argv[2]);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ rows, seconds, cpu: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 }));
