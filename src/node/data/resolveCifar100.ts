import { basename, join } from "node:path";
import type { Cifar100Part } from "../../data/cifar100.ts";
import type { Splits } from "../../data/dataset.ts";
import { standInLoader } from "../../data/standIn.ts";
import { DataError, SettingsError } from "../../tensor/errors.ts";
import { type LoadCifar100Options, loadCifar100 } from "./cifar100Files.ts";
import { type Cifar100Location, type Cifar100Search, cifar100CacheFolder, findCifar100 } from "./cifar100Folders.ts";
import { type DownloadOptions, download, reasonOf } from "./download.ts";

/** The smaller of the two archives that Handgrad reads. */
export const cifar100Archive: Archive = {
  baseUrl: "https://www.cs.toronto.edu/~kriz/",
  name: "cifar-100-binary.tar.gz",
  md5: "03b5dce01913d631647c71ecec9e9cb8",
  size: 168_513_733,
};

export interface Archive {
  /** the address of its folder */
  readonly baseUrl: string;
  readonly name: string;
  readonly md5: string;
  /** the size in bytes */
  readonly size: number;
}

export interface DownloadCifar100Options extends Pick<DownloadOptions, "onProgress" | "signal" | "fetch" | "retries"> {
  readonly folder: string;
  /** The address of the folder with the archive, for a mirror. */
  readonly baseUrl?: string | undefined;
  readonly archive?: Archive;
}

/** Downloads the binary archive into the folder; loadCifar100 reads it without unpacking. Throws DataError. */
export async function downloadCifar100({
  folder,
  archive = cifar100Archive,
  baseUrl = archive.baseUrl,
  ...options
}: DownloadCifar100Options): Promise<Cifar100Location> {
  const path = join(folder, archive.name);
  const url = archiveUrl(baseUrl, archive);
  await download({ ...options, url, file: path, md5: archive.md5, size: archive.size });
  return { format: "binary", path, isArchive: true };
}

function archiveUrl(baseUrl: string, { name }: Archive): string {
  try {
    return new URL(name, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`).href;
  } catch {
    throw new SettingsError(`--url: expected an address such as ${cifar100Archive.baseUrl}, found "${baseUrl}"`);
  }
}

/** The data that is used. */
export type DataDecision =
  | { readonly kind: "found" | "downloaded"; readonly location: Cifar100Location }
  | { readonly kind: "stand-in"; readonly reason: string };

/** The data that is used, or the download that has started. */
export type DataChoice = DataDecision | { readonly kind: "downloading"; readonly url: string; readonly file: string };

export interface ResolveCifar100Options
  extends Omit<Cifar100Search, "parts">,
    Omit<DownloadCifar100Options, "folder" | "baseUrl"> {
  /** A folder that contains the data set, or "stand-in". */
  readonly data?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** Milliseconds that the server has to answer before the stand-in is used. */
  readonly probeTimeout?: number;
  /** Called as soon as the data is chosen, so that the stand-in is not mistaken for the data set. */
  readonly onChoice?: (choice: DataChoice) => void;
}

export interface ResolvedCifar100 {
  readonly choice: DataDecision;
  /** Loads parts. Parts of the stand-in have `standIn` set. */
  load<Part extends Cifar100Part = Cifar100Part>(
    options?: Pick<LoadCifar100Options<Part>, "parts" | "trainImages" | "allocateBytes">,
  ): Promise<Pick<Splits, Part | "standIn">>;
}

/**
 * Finds the data set; otherwise downloads it; otherwise, without a network, uses the stand-in. Throws DataError if a folder was
 * named (by `data` or HANDGRAD_DATA) that does not contain the data set.
 */
export async function resolveCifar100(options: ResolveCifar100Options = {}): Promise<ResolvedCifar100> {
  const choice = await choose(options);
  options.onChoice?.(choice);
  const labels = options.labels ?? "coarse";
  if (choice.kind === "stand-in") return { choice, load: standInLoader(labels, choice.reason) };
  const load: ResolvedCifar100["load"] = async (wanted) => {
    const parts: Partial<Splits> = await loadCifar100({ ...wanted, data: choice.location, labels });
    return parts as Splits;
  };
  return { choice, load };
}

async function choose(options: ResolveCifar100Options): Promise<DataDecision> {
  const { data, environment = process.env, workingFolder, labels } = options;
  if (data === "stand-in") return { kind: "stand-in", reason: "it was requested" };
  try {
    return { kind: "found", location: findCifar100({ data, environment, workingFolder, labels }) };
  } catch (error) {
    if (data !== undefined || environment.HANDGRAD_DATA || !(error instanceof DataError)) throw error;
  }
  const { archive = cifar100Archive, baseUrl = archive.baseUrl, signal } = options;
  const url = archiveUrl(baseUrl, archive);
  const refusal = await probe(url, options);
  if (refusal !== undefined) return { kind: "stand-in", reason: `${url} cannot be reached: ${refusal}` };
  const folder = cifar100CacheFolder(environment);
  options.onChoice?.({ kind: "downloading", url, file: join(folder, basename(url)) });
  try {
    const { onProgress, retries, fetch } = options;
    const location = await downloadCifar100({ folder, baseUrl, archive, signal, onProgress, retries, fetch });
    return { kind: "downloaded", location };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { kind: "stand-in", reason: `the download failed: ${error.message}` };
  }
}

/** Why the address does not answer; undefined if it does. The time limit is short, because a training run waits for it. */
async function probe(
  url: string,
  { fetch: request = fetch, probeTimeout = 3000, signal }: ResolveCifar100Options,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(probeTimeout);
  try {
    const response = await request(url, {
      method: "HEAD",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    // a mirror that does not support HEAD is available as well
    return response.ok || response.status === 405 ? undefined : `it answered ${response.status}`;
  } catch (error) {
    signal?.throwIfAborted();
    return timeout.aborted ? `no answer within ${probeTimeout / 1000} s` : reasonOf(error);
  }
}
