import type { Cifar100LabelKind, Cifar100Part } from "../cifar100.ts";

export const everyPart: readonly Cifar100Part[] = ["train", "validation", "test"];

/** The two supported distributions and their archives, in the order of preference. */
export const cifar100Formats = {
  mat: {
    folder: "cifar-100-matlab",
    archive: "cifar-100-matlab.tar.gz",
    files: { train: "train.mat", test: "test.mat", names: { coarse: "meta.mat", fine: "meta.mat" } } as Files,
  },
  binary: {
    folder: "cifar-100-binary",
    archive: "cifar-100-binary.tar.gz",
    files: {
      train: "train.bin",
      test: "test.bin",
      names: { coarse: "coarse_label_names.txt", fine: "fine_label_names.txt" },
    } as Files,
  },
} as const;

export const cifar100Archives = Object.values(cifar100Formats).map(({ archive }) => archive);

/** Whether the paths in an archive are those of CIFAR-100. */
export function holdsCifar100Files(paths: readonly string[]): boolean {
  const names = new Set(paths.map((path) => path.slice(path.lastIndexOf("/") + 1)));
  return Object.values(cifar100Formats).some(({ files }) => names.has(files.train) && names.has(files.names.fine));
}

interface Files {
  readonly train: string;
  readonly test: string;
  readonly names: Readonly<Record<Cifar100LabelKind, string>>;
}

export type Cifar100Format = keyof typeof cifar100Formats;

export const cifar100FormatEntries = Object.entries(cifar100Formats) as [
  Cifar100Format,
  (typeof cifar100Formats)[Cifar100Format],
][];
