// Chooses the algorithm of a convolution on processors with AMX: its tiles where they fit, otherwise the float32 kernels of AVX-512, which
// are faster there than the other instructions of bfloat16.
#pragma once

#include "amxConvolutionWeights.h"

namespace handgrad {

extern const InstructionSet instructionSet_avx512;

namespace {

template <class Direction, Operation operation>
struct ChooseAmxPanels {
  static Kernel kernel(const Convolution& c) {
    if (!isDepthwise(c) && usesAmx<Direction>(c)) return {planAmxPanels<Direction>, runAmxPanels<Direction>};
    return instructionSet_avx512.float32[operation];
  }
};

template <class Direction, Operation operation>
struct ChooseAmxConvolution {
  static Kernel kernel(const Convolution& c) {
    if (!isDepthwise(c) && usesAmx<Direction>(c)) return {planAmxConvolution<Direction>, runAmxConvolution<Direction>};
    return instructionSet_avx512.float32[operation];
  }
};

struct ChooseAmxWeights {
  static Kernel kernel(const Convolution& c) {
    if (!isDepthwise(c) && usesAmxForWeights(c)) return {planAmxWeights, runAmxWeights};
    return instructionSet_avx512.float32[convolutionWeights];
  }
};

}  // namespace
}  // namespace handgrad
