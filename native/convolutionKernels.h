// Which algorithm a convolution runs: shapes alone decide, so that the bits do not depend on the number of threads.
#pragma once

#include "winogradProduct.h"
#include "winogradWeights.h"

namespace handgrad {
namespace {

/** Winograd's method is for float32 alone: float64 is asked for where digits count. */
template <class T>
constexpr bool hasWinograd = sizeof(T) == sizeof(float);

template <class T, class Direction>
inline bool usesWinograd(const Convolution& c) {
  if (c.stride[0] != 1 || c.stride[1] != 1) return false;
  const Windows windows = Direction::of(c, 0);
  return windows.depthChannels <= mostWinogradDepth && winogradPays(windows, c.batch);
}

/** Asks for the kernel in each call. */
template <class Choose>
constexpr Kernel chosen() {
  return {[](Arguments& arguments, Index threads) { Choose::kernel(Convolution(arguments)).plan(arguments, threads); },
          [](const Arguments& arguments, Lane& lane) { Choose::kernel(Convolution(arguments)).run(arguments, lane); }};
}

template <class T, class Direction>
struct ChooseWeightPanels {
  static Kernel kernel(const Convolution& c) {
    if constexpr (hasWinograd<T>) {
      if (usesWinograd<T, Direction>(c)) return {planWinogradWeights<T, Direction>, runWinogradWeights<T, Direction>};
    }
    return {planWeightPanels<T, Direction>, runWeightPanels<T, Direction>};
  }
};

template <class T, class Direction>
struct ChooseConvolution {
  static Kernel kernel(const Convolution& c) {
    if constexpr (hasWinograd<T>) {
      if (usesWinograd<T, Direction>(c)) return {planWinograd<T, Direction>, runWinograd<T, Direction>};
    }
    return {planConvolution<T, Direction>, runConvolution<T, Direction>};
  }
};

template <class T>
struct ChooseConvolutionWeights {
  static Kernel kernel(const Convolution& c) {
    if constexpr (hasWinograd<T>) {
      if (winogradPays(ForwardWindows::of(c, 0), c.batch)) return {planWinogradGradient<T>, runWinogradGradient<T>};
    }
    return {planConvolutionWeights<T>, runConvolutionWeights<T>};
  }
};

template <class T, class Direction>
constexpr Kernel packConvolutionWeights = chosen<ChooseWeightPanels<T, Direction>>();
template <class T, class Direction>
constexpr Kernel convolve = chosen<ChooseConvolution<T, Direction>>();
template <class T>
constexpr Kernel convolveWeights = chosen<ChooseConvolutionWeights<T>>();

}  // namespace
}  // namespace handgrad
