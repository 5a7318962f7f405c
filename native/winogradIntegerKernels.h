// Winograd's method for the precision bfloat16, with products of 16-bit integers.
#pragma once

#include "convolutionKernels.h"
#include "convolutionPairs.h"
#include "winogradIntegerProduct.h"
#include "winogradIntegerWeights.h"

namespace handgrad {
namespace {

template <>
struct Winograd<float, AsPairs> {
  static constexpr bool exists = true;
  template <class Direction>
  static constexpr Kernel weightPanels() {
    return {planIntegerWeights<Direction>, runIntegerWeights<Direction>};
  }
  template <class Direction>
  static constexpr Kernel product() {
    return {planWinograd<float, Direction, integerStride>, runIntegerProduct<Direction>};
  }
  static constexpr Kernel weights() { return {planWinogradGradient<float>, runIntegerGradient}; }
};

}  // namespace
}  // namespace handgrad
