import { existsSync, readlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { HandgradError } from "../../tensor/errors.ts";
import { isMissingPackage } from "../optionalPackage.ts";
import type { Launch } from "./launcher.ts";

/** The functions of MPI that Handgrad calls. All return 0, or an error code. Requests are 8 bytes, statuses at least 32. */
export interface Mpi {
  /** the name and version, such as "MPICH 5.0.2", for messages */
  readonly version: string;
  /** the file that was loaded */
  readonly file: string;
  readonly rank: number;
  readonly size: number;
  isend(data: Uint8Array, to: number, tag: number, request: Uint8Array): number;
  irecv(data: Uint8Array, from: number, tag: number, request: Uint8Array): number;
  test(request: Uint8Array, flag: Int32Array, status: Uint8Array): number;
  abort(code: number): void;
  finalize(): void;
}

type NativeFunction = (...values: unknown[]) => number;

interface Library {
  func(name: string, result: string, types: readonly string[]): NativeFunction;
  symbol(name: string): unknown;
}

/** The part of the package koffi that is used. */
interface Koffi {
  load(file: string, options: { readonly global: boolean }): Library;
  address(value: unknown): bigint;
}

interface Abi {
  /** the C type of handles, in registers */
  readonly handle: string;
  readonly world: number | bigint;
  readonly byte: number | bigint;
  readonly errorsReturn: number | bigint;
}

/** MPI 5's standard ABI, mpi_abi.h */
const standard: Abi = { handle: "intptr_t", world: 0x101, byte: 0x247, errorsReturn: 0x143 };
/** MPICH and compatible MPIs (Intel MPI, MVAPICH, Cray MPICH), mpi.h */
const mpich: Abi = { handle: "int", world: 0x44000000, byte: 0x4c00010d, errorsReturn: 0x54000001 };

/**
 * Loads the MPI library and joins the processes that were started together. HANDGRAD_MPI names the library if it is not found.
 * Throws HandgradError if there is no library, or if it does not belong to mpiexec.
 */
export async function openMpi(launch: Launch, environment: NodeJS.ProcessEnv = process.env): Promise<Mpi> {
  const koffi = await loadKoffi();
  const tried: string[] = [];
  for (const file of candidates(launch, environment)) {
    let library: Library;
    try {
      library = koffi.load(file, { global: true }); // Open MPI's plugins look up its functions
    } catch (error) {
      tried.push(`  ${file}: ${(error as Error).message.split("\n")[0]}`);
      continue;
    }
    return joined(bind(library, abiOf(library, file, koffi)), file, launch, environment);
  }
  throw new HandgradError(
    `mpi: started as rank ${launch.rank} of ${launch.size}, but no MPI library was found; set HANDGRAD_MPI to the file of the one that belongs to mpiexec\n${tried.join("\n")}`,
  );
}

async function loadKoffi(): Promise<Koffi> {
  const name = "koffi"; // typed here, so that it need not be installed
  try {
    const { default: koffi } = (await import(name)) as { readonly default: Koffi };
    return koffi;
  } catch (error) {
    const reason = isMissingPackage(error, name)
      ? "mpi: training with several processes needs the package koffi: npm install koffi@3"
      : `mpi: the package koffi does not run on ${process.platform}-${process.arch}`;
    throw new HandgradError(reason, { cause: error });
  }
}

/**
 * The files to try, in order: beside the program that started this process, beside mpiexec in the search path, then by name.
 * Libraries of the launcher's MPI come first.
 */
function candidates({ by }: Launch, { HANDGRAD_MPI, HANDGRAD_LAUNCHER, PATH = "" }: NodeJS.ProcessEnv): string[] {
  if (HANDGRAD_MPI) return [HANDGRAD_MPI];
  const darwin = process.platform === "darwin";
  const file = (name: string, version: string) => (darwin ? `${name}.${version}.dylib` : `${name}.so.${version}`);
  const openMpi = [file("libmpi", "40"), file("libmpi", "80")];
  const others = [file("libmpi_abi", "1"), file("libmpi_abi", "0"), file("libmpi", "12"), file("libmpich", "12")];
  const names = by === "Open MPI" ? [...openMpi, ...others] : [...others, ...openMpi];
  const programs = PATH.split(delimiter).filter((folder) => folder && existsSync(join(folder, "mpiexec")));
  const folders = [...folderOf(HANDGRAD_LAUNCHER ?? process.ppid), ...programs].flatMap((folder) =>
    ["lib", "lib64"].map((lib) => join(dirname(folder), lib)),
  );
  const besideMpiexec = folders.flatMap((folder) => names.map((name) => join(folder, name))).filter(existsSync);
  return [...new Set([...besideMpiexec, ...names])];
}

/** The folder of the program of a process. The parent of this rank is a part of mpiexec unless there is a shell in between. */
function folderOf(id: string | number): string[] {
  try {
    return [dirname(readlinkSync(`/proc/${id}/exe`))];
  } catch {
    return []; // not Linux
  }
}

function abiOf(library: Library, file: string, koffi: Koffi): Abi {
  if (/libmpi_abi/.test(file)) return standard;
  try {
    const address = (name: string) => koffi.address(library.symbol(name));
    return {
      handle: "intptr_t",
      world: address("ompi_mpi_comm_world"),
      byte: address("ompi_mpi_byte"),
      errorsReturn: address("ompi_mpi_errors_return"),
    };
  } catch {
    return mpich;
  }
}

interface Bound extends Omit<Mpi, "version" | "file" | "rank" | "size"> {
  init(): number;
  place(): { readonly rank: number; readonly size: number };
  libraryVersion(): string;
}

function bind(library: Library, { handle, world, byte, errorsReturn }: Abi): Bound {
  const call = (name: string, ...types: string[]) => library.func(`MPI_${name}`, "int", types);
  const pointer = "void *";
  const init = call("Init", pointer, pointer);
  const commRank = call("Comm_rank", handle, pointer);
  const commSize = call("Comm_size", handle, pointer);
  const setErrorHandler = call("Comm_set_errhandler", handle, handle);
  const isend = call("Isend", pointer, "int", handle, "int", "int", handle, pointer);
  const irecv = call("Irecv", pointer, "int", handle, "int", "int", handle, pointer);
  const test = call("Test", pointer, pointer, pointer);
  const abort = call("Abort", handle, "int");
  const finalize = call("Finalize");
  const getLibraryVersion = call("Get_library_version", pointer, pointer);
  const number = new Int32Array(new ArrayBuffer(4));
  return {
    init: () => init(null, null) || setErrorHandler(world, errorsReturn),
    place() {
      commRank(world, number);
      const rank = number[0];
      commSize(world, number);
      return { rank, size: number[0] };
    },
    libraryVersion() {
      const text = Buffer.alloc(8192); // MPI_MAX_LIBRARY_VERSION_STRING of MPICH; Open MPI's is 256
      getLibraryVersion(text, number);
      const [line] = text.toString("utf8", 0, number[0]).split(/[\n,]/);
      return line.replace(/ Version:\s*/, " ").trim();
    },
    isend: (data, to, tag, request) => isend(data, data.length, byte, to, tag, world, request),
    irecv: (data, from, tag, request) => irecv(data, data.length, byte, from, tag, world, request),
    test,
    abort: (code) => abort(world, code),
    finalize: () => finalize(),
  };
}

function joined(
  { init, place, libraryVersion, ...functions }: Bound,
  file: string,
  launch: Launch,
  environment: NodeJS.ProcessEnv,
): Mpi {
  const code = init();
  if (code !== 0) throw new HandgradError(`mpi: MPI_Init of ${file} failed with code ${code}`);
  const { rank, size } = place();
  const version = libraryVersion();
  if (size !== launch.size || rank !== launch.rank) {
    const srun = environment.SLURM_STEP_ID
      ? "; srun needs --mpi=pmi2 for MPICH and --mpi=pmix for Open MPI (srun --mpi=list)"
      : "";
    throw new HandgradError(
      `mpi: expected rank ${launch.rank} of ${launch.size} as in mpiexec, found rank ${rank} of ${size} in ${version} (${file}); mpiexec and the library must belong to the same MPI: set HANDGRAD_MPI to the file of mpiexec's library, or use the other mpiexec${srun}`,
    );
  }
  return { ...functions, version, file, rank, size };
}
