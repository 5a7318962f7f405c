/** Eight tables, so that a step of the loop processes eight bytes: tables[k][b] is the CRC of byte b followed by k zero bytes. */
const tables = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  tables[0][byte] = rest;
}
for (let k = 1; k < 8; k++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[k - 1][byte];
    tables[k][byte] = (before >>> 8) ^ tables[0][before & 255];
  }
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;

/**
 * The CRC-32 of zip, gzip and PNG (reflected polynomial 0xEDB88320); `previous` is the CRC of the bytes before these. Slicing by
 * 8: Kounavis & Berry 2008.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      t7[crc & 255] ^
      t6[(crc >>> 8) & 255] ^
      t5[(crc >>> 16) & 255] ^
      t4[crc >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

/**
 * The CRC-32 of concatenated rows of equal length, from the CRCs of the rows: crc(a‖b) = Zᵇ·crc(a) ⊕ crc(b), where b is the
 * length of a row in bytes and the linear map Z appends a zero byte. `previous` is the CRC of the bytes before the rows. Source:
 * zlib's crc32_combine.
 */
export function crc32OfRows(rows: ArrayLike<number>, rowLength: number, previous = 0): number {
  const shifted = Array.from({ length: 32 }, (_, bit) => {
    let crc = 1 << bit;
    for (let i = 0; i < rowLength; i++) crc = (crc >>> 8) ^ t0[crc & 255];
    return crc;
  });
  let crc = previous;
  for (let row = 0; row < rows.length; row++) {
    let next = rows[row];
    for (let bit = 0; bit < 32; bit++) if ((crc >>> bit) & 1) next ^= shifted[bit];
    crc = next;
  }
  return crc >>> 0;
}
