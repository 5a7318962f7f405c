import { crc32 } from "node:zlib";
import type { DataSource } from "../../experiments/dataSource.ts";
import * as shared from "../../runs/fingerprint.ts";

// Node's checksums are three times as fast as the portable ones.

/** See `runs/fingerprint.ts`. */
export function fingerprint(source: Parameters<typeof shared.fingerprint>[0]): string {
  return shared.fingerprint(source, crc32);
}

/** See `runs/fingerprint.ts`. */
export function scoredOn(source: DataSource): string {
  return shared.scoredOn(source, crc32);
}
