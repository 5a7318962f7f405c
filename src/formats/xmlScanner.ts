const [less, greater, slash, question, bang, quoteMark, apostrophe] = [0x3c, 0x3e, 0x2f, 0x3f, 0x21, 0x22, 0x27];
const decoder = new TextDecoder();
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Iterates over the tags of an XML document in UTF-8. It supports only the five entities of XML and skips document types. It does
 * not check nesting. Text is decoded only when it is requested.
 */
export class XmlScanner {
  /** the name of the last tag that `next` read, without its prefix */
  name = "";
  isClosing = false;
  isEmpty = false;
  private readonly bytes: Uint8Array;
  private tagStart = 0;
  private tagEnd = 0;
  private nameEnd = 0;
  private previousEnd = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Goes to the next tag; false at the end. */
  next(): boolean {
    const { bytes } = this;
    this.previousEnd = this.tagEnd;
    for (let at = this.tagEnd; ; ) {
      const start = bytes.indexOf(less, at);
      if (start < 0) return false;
      const first = bytes[start + 1];
      if (first === question || first === bang) {
        at = this.behindSpecial(start);
        continue;
      }
      this.tagStart = start;
      this.isClosing = first === slash;
      let end = start + 1;
      let inQuotes = 0;
      while (end < bytes.length && (inQuotes !== 0 || bytes[end] !== greater)) {
        const byte = bytes[end++];
        if (inQuotes !== 0) {
          if (byte === inQuotes) inQuotes = 0;
        } else if (byte === quoteMark || byte === apostrophe) inQuotes = byte;
      }
      this.tagEnd = end + 1;
      this.isEmpty = bytes[end - 1] === slash;
      this.readName(this.isClosing ? start + 2 : start + 1, end);
      return true;
    }
  }

  private readName(from: number, to: number): void {
    const { bytes } = this;
    let start = from;
    let end = from;
    while (end < to && bytes[end] > 32 && bytes[end] !== slash) {
      if (bytes[end] === 0x3a) start = end + 1; // a prefix, as in x:row
      end++;
    }
    this.nameEnd = end;
    this.name = ascii(this.bytes, start, end);
  }

  /** The position after a comment, a CDATA section (`text` reads its text), an instruction or a document type. */
  private behindSpecial(start: number): number {
    const { bytes } = this;
    const close =
      ascii(bytes, start, start + 4) === "<!--" ? "-->" : ascii(bytes, start, start + 9) === "<![CDATA[" ? "]]>" : ">";
    for (let at = start + 2; ; at++) {
      at = bytes.indexOf(greater, at);
      if (at < 0) return bytes.length;
      if (close === ">" || ascii(bytes, at - 2, at + 1) === close) return at + 1;
    }
  }

  /** An attribute of the tag, by its name without prefix. */
  attribute(name: string): string | undefined {
    const text = decoder.decode(this.bytes.subarray(this.nameEnd, this.tagEnd - 1));
    const pattern = /(?:^|\s)(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
    for (const [, key, double, single] of text.matchAll(pattern)) if (key === name) return unescaped(double ?? single);
    return undefined;
  }

  /** The text between the tag before and this one. */
  textBefore(): string {
    const text = decoder.decode(this.bytes.subarray(this.previousEnd, this.tagStart));
    if (!text.includes("<")) return unescaped(text);
    return text
      .split(/(<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>)/)
      .map((part) => (part.startsWith("<![CDATA[") ? part.slice(9, -3) : part.startsWith("<") ? "" : unescaped(part)))
      .join("");
  }
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to && i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,4}));/gi, (all, decimal, hexadecimal, name) => {
    if (name !== undefined) return entities[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
