import { createHash } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DataError } from "../../tensor/errors.ts";
import { readChunks } from "../readFile.ts";

export interface DownloadProgress {
  /** the number of bytes on disk so far, including those of an earlier interrupted download */
  readonly received: number;
  /** the size in bytes; undefined if the server does not state it */
  readonly total: number | undefined;
}

export interface DownloadOptions {
  readonly url: string;
  /** The path of the complete and verified file. Until then, the bytes are in FILE.part. */
  readonly file: string;
  readonly md5: string;
  /** The expected length in bytes. If the server sends more, the download ends with an error. */
  readonly size?: number;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Ends the download with the signal's reason. FILE.part is kept, and the next call continues from it. */
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** The number of consecutive attempts without new bytes before the download fails. */
  readonly retries?: number | undefined;
  /** Milliseconds until the server must answer, until the next bytes must arrive, and before the first retry. */
  readonly connectTimeout?: number;
  readonly idleTimeout?: number;
  readonly backoff?: number;
}

/**
 * Downloads a file. It continues from FILE.part if an earlier download was interrupted, retries, and verifies the MD5 before the
 * file gets its name, so that a partial or wrong file is never used. Nothing is downloaded if the file already exists with the
 * right MD5. Throws DataError, or the signal's reason.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { file, md5, url } = options;
  if ((await sizeOnDisk(file)) > 0 && (await md5Of(file)) === md5) return;
  await onDisk(file, () => mkdir(dirname(file), { recursive: true }));
  const part = `${file}.part`;
  const resumed = (await sizeOnDisk(part)) > 0;
  await fetchWhole(options, part);
  let got = await md5Of(part);
  if (got !== md5 && resumed) {
    // the earlier bytes may be from another version of the file, so start again
    await onDisk(part, () => rm(part));
    await fetchWhole(options, part);
    got = await md5Of(part);
  }
  if (got !== md5) {
    await onDisk(part, () => rm(part));
    throw new DataError(
      `${url}: the server sent another file: expected MD5 ${md5}, found ${got}. It was deleted; try again later, ` +
        `or download the file in another way and save it as ${file}`,
    );
  }
  await onDisk(file, () => rename(part, file));
}

/** Makes attempts until FILE.part is complete. The pauses increase as long as nothing new arrives. */
async function fetchWhole(options: DownloadOptions, part: string): Promise<void> {
  const { retries = 4, backoff = 500, signal, url } = options;
  let furthest = await sizeOnDisk(part);
  let validator: string | undefined;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      await attempt(options, part, validator, (value) => {
        validator = value;
      });
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DataError) throw error;
      const reached = await sizeOnDisk(part);
      failures = reached > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, reached);
      if (failures > retries) {
        const kept =
          reached > 0 ? `; ${reached} bytes are kept in ${part}, and the next download continues from there` : "";
        throw new DataError(`${url}: the download failed ${failures} times: ${reasonOf(error)}${kept}`);
      }
    }
    await wait(backoff * 2 ** (failures - 1), undefined, signal && { signal }).catch(() => {});
  }
}

/** Makes one request. Throws DataError if another attempt would not help, otherwise any other error. */
async function attempt(
  {
    url,
    size,
    onProgress,
    signal,
    fetch: request = fetch,
    connectTimeout = 15_000,
    idleTimeout = 30_000,
  }: DownloadOptions,
  part: string,
  validator: string | undefined,
  keepValidator: (validator: string | undefined) => void,
): Promise<void> {
  let have = await sizeOnDisk(part);
  if (size !== undefined && have === size) return;
  if (size !== undefined && have > size) have = 0;
  const watch = watchdog(signal);
  try {
    watch.expect(connectTimeout, `no answer within ${connectTimeout / 1000} s`);
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (have > 0) headers.range = `bytes=${have}-`;
    if (have > 0 && validator) headers["if-range"] = validator;
    const response = await request(url, { headers, signal: watch.signal });
    if (response.status === 416) {
      await onDisk(part, () => rm(part));
      throw new Error("the server cannot resume the download; starting over");
    }
    checkStatus(url, response);
    keepValidator(validatorOf(response));
    const start = response.status === 206 ? resumeOffset(response, have) : 0;
    const total = totalLength(response, start) ?? size;
    if (size !== undefined && total !== size) {
      throw new DataError(
        `${url}: expected a file of ${size} bytes, found ${total} bytes on the server; check the address (--url)`,
      );
    }
    const received = await save(response, part, start, {
      limit: total ?? Number.POSITIVE_INFINITY,
      onBytes(now) {
        watch.expect(idleTimeout, `no data for ${idleTimeout / 1000} s`);
        onProgress?.({ received: now, total });
      },
    });
    if (total !== undefined && received < total)
      throw new Error(`the download ended after ${received} of ${total} bytes`);
  } catch (error) {
    throw watch.signal.aborted && !(error instanceof DataError) ? watch.signal.reason : error;
  } finally {
    watch.stop();
  }
}

function checkStatus(url: string, { status, statusText, ok }: Response): void {
  if (ok) return;
  const message = `the server answered ${status} ${statusText}`.trim();
  if (status >= 500 || status === 408 || status === 429) throw new Error(message);
  throw new DataError(`${url}: ${message}; check the address (--url) or download the file in another way`);
}

function resumeOffset(response: Response, have: number): number {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (start !== undefined && Number(start) <= have) return Number(start);
  throw new DataError(
    `${response.url}: asked to continue from byte ${have}, the server sent "${response.headers.get("content-range")}"`,
  );
}

function totalLength(response: Response, start: number): number | undefined {
  const length = response.headers.get("content-length");
  return length === null ? undefined : start + Number(length);
}

/** The value for If-Range: a strong ETag or a date. */
function validatorOf({ headers }: Response): string | undefined {
  const etag = headers.get("etag");
  return (etag?.startsWith("W/") ? undefined : etag) ?? headers.get("last-modified") ?? undefined;
}

/** Writes the body to the part file from byte `start` and truncates the file after it. Returns the new length. */
async function save(
  response: Response,
  part: string,
  start: number,
  { limit, onBytes }: { limit: number; onBytes: (received: number) => void },
): Promise<number> {
  const handle = await onDisk(part, () => open(part, start > 0 ? "r+" : "w"));
  try {
    await onDisk(part, () => handle.truncate(start));
    let position = start;
    onBytes(position);
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      if (position + chunk.length > limit) {
        throw new DataError(`${response.url}: the server sent more than the ${limit} bytes that the file has`);
      }
      await onDisk(part, () => handle.write(chunk, 0, chunk.length, position));
      position += chunk.length;
      onBytes(position);
    }
    await onDisk(part, () => handle.sync());
    return position;
  } finally {
    await handle.close();
  }
}

/** A signal that aborts if the latest expected event does not happen in time, or if the outer signal aborts. */
function watchdog(outer: AbortSignal | undefined) {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: outer ? AbortSignal.any([outer, timeout.signal]) : timeout.signal,
    expect(milliseconds: number, otherwise: string): void {
      clearTimeout(timer);
      timer = setTimeout(() => timeout.abort(new Error(otherwise)), milliseconds);
    },
    /** Also ends the current request: a server may keep the connection of a refused answer open. */
    stop(): void {
      clearTimeout(timer);
      timeout.abort(new Error("the request is over"));
    },
  };
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of readChunks(file, 2 ** 20)) hash.update(chunk);
  return hash.digest("hex");
}

async function sizeOnDisk(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Runs file operations. Their failures become DataErrors, because another attempt would not help. */
async function onDisk<Result>(file: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = code === "ENOSPC" ? "the disk is full" : message;
    throw new DataError(`${file}: cannot be written: ${hint}; name another folder with --data DIR`);
  }
}

/** The short reason of an error. `fetch` reports "fetch failed" and has the reason in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : error.message;
}
