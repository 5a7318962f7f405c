// The kernels of float32 arrays that round their operands to bfloat16, compiled with the flags of AVX-512 and -mavx512bf16. As in
// instructionSet.cpp nothing but the table leaves the object.
#include "kernels.h"

#if defined(__AVX512BF16__)
#include <type_traits>

#include "convolutionPairs.h"
#include "productPairs.h"
#endif

namespace handgrad {

extern const Replacement bfloat16Kernels[];
const Replacement bfloat16Kernels[] = {
#if defined(__AVX512BF16__)
    {matmul, {planPairs<false>, runPairs<false, false, false>}},
    {matmulTransposeA, {planPairs<false>, runPairs<true, false, false>}},
    {matmulTransposeB, {planPairs<true>, runPairs<false, true, false>}},
    {linear, {planPairs<false>, runPairs<false, false, true>}},
    {convolutionPanels, {planWeightPanels<float, ForwardWindows>, runWeightPanels<float, ForwardWindows, AsPairs>}},
    {convolution, {planConvolution<float, ForwardWindows>, runConvolution<float, ForwardWindows, AsPairs>}},
    {convolutionInputPanels, {planWeightPanels<float, InputWindows>, runWeightPanels<float, InputWindows, AsPairs>}},
    {convolutionInput, {planConvolution<float, InputWindows>, runConvolution<float, InputWindows, AsPairs>}},
    {convolutionWeights, {planConvolutionWeights<float>, runConvolutionWeights<float, AsPairs>}},
#endif
    {operationCount, {nullptr, nullptr}},
};

}  // namespace handgrad
