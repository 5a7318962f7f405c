// The interface between the kernels of every instruction set and the code that calls them. It contains plain data only: objects
// compiled for a newer processor must not define inline functions, because the linker could use them for all.
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
  batchNormSums,
  batchNormMerge,
  normalize,
  batchNormBackwardSums,
  batchNormBackwardMerge,
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
  movePixels,
  swapAxes,
  activateConvolution,
  operationCount,
};

/**
 * The entries of src/kernels/activations.ts that are implemented here, in any order; activations.h has NAMEActivation for each.
 * The addon exports these names, and the number of an activation is its index in this list. Missing entries are computed from the
 * table.
 */
#define HANDGRAD_ACTIVATIONS(entry) \
  entry(gelu) entry(geluExact) entry(relu) entry(leakyRelu) entry(tanh) entry(sigmoid) entry(silu) \
  entry(softplus) entry(elu) entry(selu) entry(hardSwish)

#define HANDGRAD_NAME(name) #name,
constexpr const char* activationNames[] = {HANDGRAD_ACTIVATIONS(HANDGRAD_NAME)};
#undef HANDGRAD_NAME
constexpr Index activationCount = sizeof activationNames / sizeof *activationNames;

/** The count of numbers for the geometry of a convolution in a call; other numbers come after them. */
constexpr int convolutionNumbers = 16;

/** Whether an activation follows a convolution, and whether the kernel of the convolution applies it while its results are in the cache. */
enum class Following { nothing, activation, activationInside };

/** The arguments of one call in the order of the TypeScript contract (arrays first), and the division of its outputs. */
struct Arguments {
  void* arrays[10];
  double numbers[20];
  Index items;        // the number of items; each writes separate outputs
  Index rowParts;     // products: items = rowParts · columnParts
  Index columnParts;
  Following following;  // of convolutions: the number of the activation and its parameter come after the geometry
};

/** One thread's view of a running operation. */
struct Lane {
  struct ThreadPool* pool;
  Index thread;
  void* scratch;
};

/** Takes the next item for this thread: first from its own share, then from the shares of others. Returns false if all items are taken. */
bool takeItem(Lane& lane, Index& item);

/** The memory of this thread for packed operands. If it cannot be allocated, returns null and records the failure for the caller. */
void* scratchOf(Lane& lane);

/** `plan` divides the outputs among at most `threads` threads (one item means one thread); `run` takes items until none is left. */
struct Kernel {
  void (*plan)(Arguments& arguments, Index threads);
  void (*run)(const Arguments& arguments, Lane& lane);
};

struct InstructionSet {
  Kernel float32[operationCount];
  Kernel float64[operationCount];
};

/**
 * The kernels that replace those of float32 for the precision bfloat16. The last entry has no `run`; it is the only entry if the
 * compiler does not support the instructions.
 */
struct Replacement {
  Operation operation;
  Kernel kernel;
};

/** Bytes of scratch memory for each thread: a block of A and a block of B (see product.h), or transformed weights (winogradIntegerProduct.h). */
constexpr Index packedABytes = Index{640} << 10;
constexpr Index packedBBytes = Index{1280} << 10;
constexpr Index scratchBytes = Index{2880} << 10;
static_assert(packedABytes + packedBBytes <= scratchBytes, "both blocks fit into the memory");

}  // namespace handgrad
