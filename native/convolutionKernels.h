// Chooses the algorithm of a convolution. The choice depends only on shapes, so the bits do not depend on the number of threads.
#pragma once

#include "convolutionColours.h"
#include "convolutionLines.h"
#include "depthwise.h"
#include "winogradProduct.h"
#include "winogradWeights.h"

namespace handgrad {
namespace {

/**
 * Winograd's method for an operand format. It is used for float32 only: float64 is used when precision matters more than time.
 * winogradIntegerKernels.h has it for bfloat16.
 */
template <class T, class Format>
struct Winograd {
  static constexpr bool exists = std::is_same_v<T, float>;
  template <class Direction>
  static constexpr Kernel weightPanels() {
    return {planWinogradWeights<T, Direction>, runWinogradWeights<T, Direction>};
  }
  template <class Direction>
  static constexpr Kernel product() {
    return {planWinograd<T, Direction>, runWinograd<T, Direction>};
  }
  static constexpr Kernel weights() { return {planWinogradGradient<T>, runWinogradGradient<T>}; }
};

/** Images with few channels, and windows with steps above 1, have separate algorithms in float32. */
template <class Format>
constexpr bool hasColours = std::is_same_v<Format, AsTheyAre<float>>;

/** The least number of tiles that a weight gradient sums. With fewer tiles, transforming the sums costs more than it saves. */
constexpr Index fewestWinogradTiles = 24;

template <class Direction>
inline bool usesWinograd(const Convolution& c) {
  if (c.stride[0] != 1 || c.stride[1] != 1) return false;
  const Windows windows = Direction::of(c, 0);
  return windows.depthChannels <= mostWinogradDepth && winogradPays(windows);
}

/** Chooses the kernel in each call. */
template <class Choose>
constexpr Kernel chosen() {
  return {[](Arguments& arguments, Index threads) { Choose::kernel(Convolution(arguments)).plan(arguments, threads); },
          [](const Arguments& arguments, Lane& lane) { Choose::kernel(Convolution(arguments)).run(arguments, lane); }};
}

inline void planNothing(Arguments& arguments, Index) { arguments.items = 1; }
inline void runNothing(const Arguments&, Lane&) {}

template <class T, class Direction, class Format>
struct ChooseWeightPanels {
  static Kernel kernel(const Convolution& c) {
    if (isDepthwise(c)) return {planNothing, runNothing};
    if constexpr (Winograd<T, Format>::exists) {
      if (usesWinograd<Direction>(c)) return Winograd<T, Format>::template weightPanels<Direction>();
    }
    return {planWeightPanels<T, Direction>, runWeightPanels<T, Direction, Format>};
  }
};

template <class T, class Direction, class Format>
struct ChooseConvolution {
  static Kernel kernel(const Convolution& c) {
    if (isDepthwise(c)) return {planDepthwise<T, Direction>, runDepthwise<T, Direction>};
    if constexpr (Winograd<T, Format>::exists) {
      if (usesWinograd<Direction>(c)) return Winograd<T, Format>::template product<Direction>();
    }
    if constexpr (hasColours<Format> && !Direction::weightsTransposed) {
      if (areColours(c)) return {planColours, runColours<T>};
    }
    if constexpr (hasColours<Format>) {
      if (multipliesLines<Direction>(c)) return {planLines<T, Direction>, runLines<T, Direction>};
    }
    return {planConvolution<T, Direction>, runConvolution<T, Direction, Format>};
  }
};

template <class T, class Format>
struct ChooseConvolutionWeights {
  static Kernel kernel(const Convolution& c) {
    if (isDepthwise(c)) return {planDepthwiseGradient, runDepthwiseGradient<T>};
    if constexpr (Winograd<T, Format>::exists) {
      const Windows windows = ForwardWindows::of(c, 0);
      if (winogradPays(windows) && c.batch * WinogradTiles(windows).ofImage() >= fewestWinogradTiles) {
        return Winograd<T, Format>::weights();
      }
    }
    if constexpr (hasColours<Format>) {
      if (areColours(c)) return {planColoursGradient, runColoursGradient<T>};
      if (multipliesLineWeights(c)) return {planConvolutionWeights<T>, runLineWeights<T>};
    }
    return {planConvolutionWeights<T>, runConvolutionWeights<T, Format>};
  }
};

template <class T, class Direction, class Format = AsTheyAre<T>>
constexpr Kernel packConvolutionWeights = chosen<ChooseWeightPanels<T, Direction, Format>>();
template <class T, class Direction, class Format = AsTheyAre<T>>
constexpr Kernel convolve = chosen<ChooseConvolution<T, Direction, Format>>();
template <class T, class Format = AsTheyAre<T>>
constexpr Kernel convolveWeights = chosen<ChooseConvolutionWeights<T, Format>>();

}  // namespace
}  // namespace handgrad
