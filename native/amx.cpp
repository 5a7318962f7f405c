// The kernels of float32 arrays that round their operands to bfloat16, with the matrix tiles of AMX: compiled with the flags of
// bfloat16.cpp, -mamx-tile and -mamx-bf16. As in instructionSet.cpp, the table is the only symbol that the object exports.
#include "kernels.h"

#if defined(__AMX_BF16__)
#include <type_traits>

#include "amxConvolutionKernels.h"
#include "amxProduct.h"
#endif

namespace handgrad {

extern const Replacement amxKernels[];
const Replacement amxKernels[] = {
#if defined(__AMX_BF16__)
    {matmul, {planAmx<false, false>, runAmx<false, false, false>}},
    {matmulTransposeA, {planAmx<true, false>, runAmx<true, false, false>}},
    {matmulTransposeB, {planAmx<false, true>, runAmx<false, true, false>}},
    {linear, {planAmx<false, false>, runAmx<false, false, true>}},
    {convolutionPanels, chosen<ChooseAmxPanels<ForwardWindows, convolutionPanels>>()},
    {convolution, chosen<ChooseAmxConvolution<ForwardWindows, convolution>>()},
    {convolutionInputPanels, chosen<ChooseAmxPanels<InputWindows, convolutionInputPanels>>()},
    {convolutionInput, chosen<ChooseAmxConvolution<InputWindows, convolutionInput>>()},
    {convolutionWeights, chosen<ChooseAmxWeights>()},
#endif
    {operationCount, {nullptr, nullptr}},
};

}  // namespace handgrad
