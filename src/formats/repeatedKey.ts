/**
 * The first name that occurs twice in one object of a JSON text, or undefined. JSON.parse silently keeps the last value, so two
 * readers of the same file could see different contents. The text must be valid JSON.
 */
export function repeatedKey(json: string): string | undefined {
  const objects: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") objects.push(new Set());
    else if (json[i] === "}") objects.pop();
    else if (json[i] === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      const end = i + 1;
      while (" \t\n\r".includes(json[i + 1] ?? "-")) i++;
      if (json[i + 1] !== ":") continue; // a value, not a name
      const key: string = JSON.parse(json.slice(start, end));
      const names = objects[objects.length - 1];
      if (names.has(key)) return key;
      names.add(key);
    }
  }
  return undefined;
}
