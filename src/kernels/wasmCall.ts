// The interface between TypeScript and the kernels in assembly/: a call is written to fixed addresses in shared memory, where
// every thread reads it. Both compilers compile this file, so it contains plain numbers only and the two sides always agree.

// Words that several threads write, each on a separate cache line.
/** Increases by one with every published call; idle workers watch it. */
export const SEQUENCE = 4096;
/** The number of workers that joined the current call, or CLOSED when no more may join. */
export const JOINED = 4160;
/** The number of joined workers that have finished. */
export const DONE = 4224;
/** The next item of the current call that is not taken yet. */
export const TICKET = 4288;
/** The number of workers that sleep in the kernel and must be woken. */
export const SLEEPERS = 4352;
/** 1 + the number of a worker that failed, with its message in MESSAGE; 0 if none failed. */
export const FAILED = 4416;
/** 1 when workers should end. */
export const STOP = 4480;

/** The current call: unsigned 32-bit words by the numbers below, then numbers in float64. */
export const CALL = 4608;
export const CALL_NUMBERS = 4736;
/** The parameters of a convolution or a pool: signed 32-bit words by the numbers below. */
export const WINDOW = 4800;
/** A failed worker's message in UTF-16: its length, then its units. */
export const MESSAGE = 5120;
export const MESSAGE_UNITS = 1024;
/** The heap allocates everything from here on. */
export const HEAP_START = 8192;

export const CLOSED = 0x10000;

// Words of a call. Pointers 0 … 4 are its arrays, in the order of the contract's arguments.
export const OPERATION = 0;
/** 1 for float64. */
export const WIDE = 1;
export const ITEMS = 2;
export const SCRATCH = 3;
export const SCRATCH_STRIDE = 4;
export const POINTER = 5;
export const SIZE = 10;
// Words of a product after its sizes m, k, n.
export const TRANSPOSED = 13;
export const BLOCK_ROWS = 14;
export const BLOCK_COLUMNS = 15;
export const KEPT = 16;

export const TRANSPOSE_A = 1;
export const TRANSPOSE_B = 2;
export const KEEP_A = 1;
export const KEEP_B = 2;

/** Bytes at the start of each thread's scratch memory for incomplete tiles; packed operands follow. */
export const EDGE_BYTES = 1024;

/** The longest part of the inner dimension that one tile sums at once: its panels of A and B fit into the L1 cache together. */
export const INNER = 384;

// Operations.
/** Size 1 is the number of the activation, defined by assembly/activations.ts and exported by the binary. */
export const ACTIVATE = 0;
export const MULTIPLY = 1;
export const ADD_SCALED = 2;
export const ADD_SIGN = 3;
export const SGD = 4;
export const ADAM = 5;
/** Operations below this number are elementwise, in pieces of CHUNK elements. */
export const ELEMENTWISE = 6;
export const CHUNK = 2048;
export const PRODUCT = 6;
export const SUM_ROWS = 7;
export const SOFTMAX = 8;
export const CROSS_ENTROPY = 9;
export const GATHER = 10;
/** For tests of failures only: traps in the thread given as size 0; the other threads wait for it. */
export const TRAP = 11;
/** For tests of failures only: the thread given as size 0 never returns. */
export const HANG = 12;

export const CONVOLVE = 13;
export const CONVOLVE_WEIGHTS = 14;
export const MAX_POOL = 15;
export const AVERAGE_POOL = 16;
export const MAX_POOL_BACKWARD = 17;
export const AVERAGE_POOL_BACKWARD = 18;
export const WINOGRAD = 19;
export const WINOGRAD_WEIGHTS = 25;
/** The number of tiles whose products one register tile of the weight gradient sums at once. */
export const WINOGRAD_TILES = 64;
export const DEPTHWISE = 20;
export const DEPTHWISE_WEIGHTS = 21;
/** The number of channels that an item of depthwiseWeights sums. */
export const DEPTHWISE_BLOCK = 32;
/** Bytes between the panels of two of Winograd's products. At a multiple of 4096 they would map to the same lines of the L1 cache. */
export const APART = 128;

/** Word of a pool: whether pixels outside of the image are counted. */
export const COUNT_PADDING = 13;

// Words of a window. Outputs are a grid of pixels: (i, j) reads the source at row i·STRIDE_V + ORIGIN_V + p·STEP_V, column
// j·STRIDE_H + ORIGIN_H + q·STEP_H for each place (p, q).
export const BATCH = 0;
export const HEIGHT = 1;
export const WIDTH = 2;
export const FROM_HEIGHT = 3;
export const FROM_WIDTH = 4;
export const STRIDE_V = 7;
export const STRIDE_H = 8;
export const ORIGIN_V = 9;
export const ORIGIN_H = 10;
export const STEP_V = 11;
export const STEP_H = 12;
export const GROUPS = 13;
/** Channels of the source, and of the outputs, in a group. */
export const DEPTH = 14;
export const OUTPUTS = 15;
// The position of the grid in the output array, in elements; TO_COLUMN is 0 if its pixels are contiguous.
export const TO_START = 16;
export const TO_IMAGE = 17;
export const TO_ROW = 18;
export const TO_COLUMN = 19;
// The position of the weights of a place, in elements.
export const WEIGHT_START = 20;
export const WEIGHT_P = 21;
export const WEIGHT_Q = 22;
export const WEIGHT_ROW = 23;
// The depth is cut into units: UNITS_ACROSS for each row of the window. A unit is the whole row, one place, or a part of the
// channels of a place.
export const UNITS = 24;
export const UNITS_ACROSS = 25;
export const UNIT_PARTS = 26;
export const UNIT_PLACES = 27;
export const UNIT_LENGTH = 28;
/** UNIT_LENGTH, padded with zeros to whole vectors. */
export const UNIT_PADDED = 29;
/** The number of units that one tile sums at once. */
export const CHUNK_UNITS = 30;
// Words of depthwise convolutions and pools.
export const PLACES_HIGH = 31;
export const PLACES_WIDE = 32;

export const BATCH_NORM = 22;
export const BATCH_NORM_EVALUATE = 23;
export const BATCH_NORM_BACKWARD = 24;
/** The number of columns in an item. */
export const NORM_COLUMNS = 16;
/** Arrays after the first five have the numbers from MORE on. */
export const MORE_AFTER = 5;
export const MORE = 8;

/** The number of columns in an item of sumRows, and of rows in an item of softmax, crossEntropy and gather. */
export const COLUMN_GROUP = 64;
export const ROW_GROUP = 4;
