/** The version of this library, as in package.json; files that it writes contain it. */
export const version = "0.1.0";
