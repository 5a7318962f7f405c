import { deflateSync, inflateSync } from "node:zlib";
import { crc32 } from "../../src/formats/crc32.ts";
import type { RandomState } from "../../src/index.ts";
import { mutate } from "./mutate.ts";

type Deflate = (bytes: Uint8Array) => Uint8Array;

/** A MAT file whose elements after the header are changed, in half of the cases inside of a valid compressed element. */
export function mutateMat(file: Uint8Array, random: RandomState, deflate: Deflate): Uint8Array {
  const header = file.subarray(0, 128);
  const changed = mutate(file.subarray(128), random, [file]);
  if (random.randomSample() < 0.5) return new Uint8Array(Buffer.concat([header, changed]));
  const packed = deflate(changed);
  const tag = new Uint8Array(8);
  const view = new DataView(tag.buffer);
  view.setUint32(0, 15, true);
  view.setUint32(4, packed.length, true);
  return new Uint8Array(Buffer.concat([header, tag, packed]));
}

/** A MAT file in which one compressed element is decompressed, changed and compressed again. */
export function mutateMatElement(file: Uint8Array, random: RandomState): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const elements: Uint8Array[] = [];
  for (let at = 128; at < file.length; at += 8 + view.getUint32(at + 4, true)) {
    elements.push(file.subarray(at, at + 8 + view.getUint32(at + 4, true)));
  }
  const chosen = random.randint(0, elements.length);
  const packed = deflateSync(mutate(inflateSync(elements[chosen].subarray(8)), random, elements), { level: 1 });
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(15, 0);
  tag.writeUInt32LE(packed.length, 4);
  elements[chosen] = Buffer.concat([tag, packed]);
  return new Uint8Array(Buffer.concat([file.subarray(0, 128), ...elements]));
}

export interface TarFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** A tar archive with correct checksums; with `random`, one field of a header is changed. */
export function tarOf(files: readonly TarFile[], random?: RandomState): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { path, content } of files) {
    const header = new Uint8Array(512);
    const write = (at: number, value: string) => header.set(new TextEncoder().encode(value), at);
    write(0, path);
    write(100, "0000644\0");
    write(124, `${content.length.toString(8).padStart(11, "0")}\0`);
    write(156, "0");
    write(257, "ustar\x0000");
    if (random && random.randomSample() < 0.5) {
      const field = random.randint(0, 5);
      if (field === 0)
        write(
          124,
          ["77777777777", "-0000000001", "99999999999", "\x80\0\0\0\0\0\0\0\xff", "           "][random.randint(0, 5)],
        );
      if (field === 1) write(0, ["../../../etc/passwd", "/root/x", "a\0b", "", "x".repeat(100)][random.randint(0, 5)]);
      if (field === 2) write(156, ["1", "2", "5", "L", "x", "g"][random.randint(0, 6)]);
      if (field === 3) write(345, "../".repeat(20));
      if (field === 4) header[random.randint(0, 512)] = random.randint(0, 256);
    }
    write(148, "        ");
    write(
      148,
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
    );
    blocks.push(header, content, new Uint8Array((512 - (content.length % 512)) % 512));
  }
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(1024)]));
}

/** A safetensors file with the header that `change` returns. */
export function withJsonHeader(file: Uint8Array, change: (header: unknown) => unknown): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const changed = new TextEncoder().encode(JSON.stringify(change(header)) ?? "null");
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(changed.length), true);
  return new Uint8Array(Buffer.concat([start, changed, file.subarray(8 + length)]));
}

/** A zip (of .npy files by default), deflated or not, with correct checksums and sometimes with wrong sizes. */
export function zipOf(
  files: Readonly<Record<string, Uint8Array>>,
  random: RandomState,
  deflate: Deflate,
  { ending = ".npy", lies = true }: { readonly ending?: string; readonly lies?: boolean } = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [key, content] of Object.entries(files)) {
    const name = new TextEncoder().encode(`${key}${ending}`);
    const packed = random.randomSample() < 0.5 ? deflate(content) : content;
    const size = random.randomSample() < 0.2 && lies ? random.randint(0, 2 ** 32) : content.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(packed === content ? 0 : 8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, name, packed]);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, end, name]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...parts, listed, end]));
}
