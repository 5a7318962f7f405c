// The kernels of float32 arrays that round their operands to bfloat16, compiled with the flags of AVX-512, -mavx512bf16 and
// -mavx512vnni. As in instructionSet.cpp, the table is the only symbol that the object exports.
#include "kernels.h"

#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
#include <type_traits>

#include "productPairs.h"
#include "winogradIntegerKernels.h"
#endif

namespace handgrad {

extern const Replacement bfloat16Kernels[];
const Replacement bfloat16Kernels[] = {
#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
    {matmul, {planPairs<false>, runPairs<false, false, false>}},
    {matmulTransposeA, {planPairs<false>, runPairs<true, false, false>}},
    {matmulTransposeB, {planPairs<true>, runPairs<false, true, false>}},
    {linear, {planPairs<false>, runPairs<false, false, true>}},
    {convolutionPanels, packConvolutionWeights<float, ForwardWindows, AsPairs>},
    {convolution, convolve<float, ForwardWindows, AsPairs>},
    {convolutionInputPanels, packConvolutionWeights<float, InputWindows, AsPairs>},
    {convolutionInput, convolve<float, InputWindows, AsPairs>},
    {convolutionWeights, convolveWeights<float, AsPairs>},
#endif
    {operationCount, {nullptr, nullptr}},
};

}  // namespace handgrad
