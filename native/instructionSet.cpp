// All kernels for one instruction set: this file is compiled once for each, with the flags of that set and its name as
// HANDGRAD_ISA. The templates are in unnamed namespaces, and the table below is the only symbol that the object exports: the
// linker could replace an inline function shared with other objects by one with instructions that this processor does not have.
#include <type_traits>

#include "activations.h"
#include "batchNorm.h"
#include "convolutionKernels.h"
#include "elementwise.h"
#include "layerNorm.h"
#include "losses.h"
#include "movePixels.h"
#include "order.h"
#include "pooling.h"
#include "product.h"
#include "rows.h"
#include "updates.h"

#define HANDGRAD_JOIN2(a, b) a##b
#define HANDGRAD_JOIN(a, b) HANDGRAD_JOIN2(a, b)

// The kernels in the order of the enumeration Operation.
#define HANDGRAD_KERNELS(T)                                                    \
  {                                                                            \
    {planProduct<T, false>, runProduct<T, false, false, false>},        \
    {planProduct<T, false>, runProduct<T, true, false, false>},          \
    {planProduct<T, true>, runProduct<T, false, true, false>},          \
    {planProduct<T, false>, runProduct<T, false, false, true>},         \
    {planSumRows<T>, runSumRows<T>},                                           \
    {planActivation, runActivation<T>},                                        \
    {planPass, runMultiply<T>},                                                \
    {planRows, runSoftmax<T>},                                                 \
    {planRows, runCrossEntropy<T>},                                            \
    {planPass, runAddScaled<T>},                                               \
    {planPass, runAddSign<T>},                                                 \
    {planPass, runSgd<T>},                                                     \
    {planPass, runAdam<T>},                                                    \
    {planGather, runGather<T>},                                                \
    {planPass, runMomentum<T>},                                                \
    {planPass, runRmsprop<T>},                                                 \
    {planPass, runAdagrad<T>},                                                 \
    {planPass, runLion<T>},                                                    \
    {planPass, runAmsgrad<T>},                                                 \
    {planPass, runNadam<T>},                                                   \
    {planPass, runBlend<T>},                                                   \
    {planPass, runScale<T>},                                                   \
    {planPass, runClamp<T>},                                                   \
    {planSumSquares, runSumSquares<T>},                                        \
    {planNormBlocks, runBatchNormSums<T>},                                     \
    {planNormColumns, runBatchNormMerge<T>},                                   \
    {planNormRows, runNormalize<T>},                                           \
    {planNormBlocks, runBatchNormBackwardSums<T>},                             \
    {planNormColumns, runBatchNormBackwardMerge<T>},                           \
    {planNormRows, runBatchNormBackward<T>},                                   \
    {planRows, runLayerNorm<T>},                                               \
    {planLayerNormBackward, runLayerNormBackward<T>},                          \
    {planProduct<T, false>, runProduct<T, true, false, false, true>},          \
    packConvolutionWeights<T, ForwardWindows>,                                 \
    convolve<T, ForwardWindows>,                                               \
    packConvolutionWeights<T, InputWindows>,                                   \
    convolve<T, InputWindows>,                                                 \
    convolveWeights<T>,                                                        \
    {planChunkSums, runChunkSums<T>},                                          \
    {planPool, runMaxPool<T>},                                                 \
    {planPoolBackward, runMaxPoolBackward<T>},                                 \
    {planPool, runAveragePool<T>},                                             \
    {planPoolBackward, runAveragePoolBackward<T>},                             \
    {planMovePixels, runMovePixels<T>},                                        \
    {planSwapAxes, runSwapAxes<T>},                                            \
    {planConvolutionActivation, runConvolutionActivation<T>},                  \
  }

namespace handgrad {

extern const InstructionSet HANDGRAD_JOIN(instructionSet_, HANDGRAD_ISA);
const InstructionSet HANDGRAD_JOIN(instructionSet_, HANDGRAD_ISA) = {
    HANDGRAD_KERNELS(float),
    HANDGRAD_KERNELS(double),
};

}  // namespace handgrad
