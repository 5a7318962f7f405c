/** The text of a file of this app, such as reference values. Throws an Error with advice if it cannot be loaded. */
export async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: the server answers ${answer.status}; reload the page`);
  return answer.text();
}
