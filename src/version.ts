/** Of this library, as in package.json: files that it writes say which version wrote them. */
export const version = "0.1.0";
