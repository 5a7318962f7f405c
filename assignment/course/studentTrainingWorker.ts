import * as array from "./fastArray.ts";
import { serveStudent } from "./serveStudent.ts";
import { trainStudent } from "./trainStudent.ts";

// The same for training: with the fast products of matrices, and larger.
serveStudent({ array, train: trainStudent });
