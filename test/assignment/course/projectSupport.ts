import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { createProject } from "../../../assignment/node/course/projectFolder.ts";
import { submissions } from "./submissions/index.ts";

/** A new project in a folder of that name. */
export async function newProject(parent: string, name = "project"): Promise<string> {
  const folder = join(parent, name);
  await createProject(folder);
  return folder;
}

/** A project in which every exercise is right. */
export async function rightProject(parent: string, name = "right"): Promise<string> {
  const folder = await newProject(parent, name);
  for (const { id, solution } of submissions) writeFileSync(join(folder, `${id}.ts`), solution);
  return folder;
}

/** A zip of texts, not packed (PKWARE's APPNOTE.TXT 6.3.10, 4.3.7 to 4.3.16). */
export function zipOf(texts: Readonly<Record<string, string>>): Uint8Array {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let start = 0;
  for (const [path, text] of Object.entries(texts)) {
    const [name, content] = [Buffer.from(path), Buffer.from(text)];
    const fields = Buffer.alloc(26); // from "version needed" on, the same in both headers
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, name, content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(start, 10);
    entries.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, rest, name]));
    locals.push(local);
    start += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([...locals, directory, end]);
}
