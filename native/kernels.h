// What the kernels of every instruction set have in common with the code that calls them. Everything here is plain data:
// objects compiled for a newer processor must not contribute a single inline function that the linker could pick for all.
#pragma once

#include <cstddef>

namespace handgrad {

using Index = std::ptrdiff_t;

enum Operation {
  matmul,
  matmulTransposeA,
  matmulTransposeB,
  linear,
  sumRows,
  activate,
  multiply,
  softmax,
  crossEntropy,
  addScaled,
  addSign,
  sgd,
  adam,
  gather,
  momentum,
  rmsprop,
  adagrad,
  lion,
  amsgrad,
  nadam,
  blend,
  scale,
  clamp,
  sumSquares,
  batchNorm,
  batchNormEvaluate,
  batchNormBackward,
  layerNorm,
  layerNormBackward,
  matmulTransposeAShards,
  convolutionPanels,
  convolution,
  convolutionInputPanels,
  convolutionInput,
  convolutionWeights,
  convolutionChunkSums,
  maxPool2d,
  maxPool2dBackward,
  averagePool2d,
  averagePool2dBackward,
  swapAxes,
  operationCount,
};

/**
 * The entries of src/kernels/activations.ts that there are here, in any order; activations.h has NAMEActivation for each. The addon
 * exports these names, and the number of an activation is its place among them; entries that are missing are computed from the table.
 */
#define HANDGRAD_ACTIVATIONS(entry) \
  entry(gelu) entry(geluExact) entry(relu) entry(leakyRelu) entry(tanh) entry(sigmoid) entry(silu) \
  entry(softplus) entry(elu) entry(selu) entry(hardSwish)

#define HANDGRAD_NAME(name) #name,
constexpr const char* activationNames[] = {HANDGRAD_ACTIVATIONS(HANDGRAD_NAME)};
#undef HANDGRAD_NAME
constexpr Index activationCount = sizeof activationNames / sizeof *activationNames;

/** The arguments of one call in the order of the TypeScript contract, arrays first, and how its outputs are divided. */
struct Arguments {
  void* arrays[8];
  double numbers[20];
  Index items;        // pieces of work; each writes outputs of its own
  Index rowParts;     // products: items = rowParts · columnParts
  Index columnParts;
};

/** One thread's view of a running operation. */
struct Lane {
  struct ThreadPool* pool;
  Index thread;
  void* scratch;
};

/** The next piece of work for this thread, its own share first, then what others have left; false when all is taken. */
bool takeItem(Lane& lane, Index& item);

/** Memory of this thread for packed operands; null, and the failure noted for the caller, when there is none. */
void* scratchOf(Lane& lane);

/** `plan` divides the outputs among up to `threads` (one item: not worth a second thread); `run` takes items while there are any. */
struct Kernel {
  void (*plan)(Arguments& arguments, Index threads);
  void (*run)(const Arguments& arguments, Lane& lane);
};

struct InstructionSet {
  const char* name;
  Kernel float32[operationCount];
  Kernel float64[operationCount];
};

/**
 * What replaces kernels of float32 where bfloat16 is asked for; the last entry has no `run`, and there is no other where the compiler
 * does not know the instructions.
 */
struct Replacement {
  Operation operation;
  Kernel kernel;
};

/** Bytes of scratch a thread: a block of A and a block of B, see product.h. */
constexpr Index packedABytes = Index{640} << 10;
constexpr Index packedBBytes = Index{1280} << 10;
constexpr Index scratchBytes = packedABytes + packedBBytes;

}  // namespace handgrad
