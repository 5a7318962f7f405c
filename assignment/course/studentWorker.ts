import * as array from "./project/array.ts";
import { serveStudent } from "./serveStudent.ts";

// The script of the worker in which a page checks a student's code, bundled into one text.
serveStudent({ array });
