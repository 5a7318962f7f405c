// Convolution of images (batch, height, width, channels) as a product whose left operand is never stored: its rows are pixels of
// the result, its columns (depth) the places of the window with their channels. This file describes the contents of the rows for
// the forward pass and the input gradient; convolutionPacking.h reads them from the images.
#pragma once

#include "activations.h"
#include "packing.h"

namespace handgrad {
namespace {

/** The geometry of src/kernels/imageKernels.ts, read from the numbers of a call; [0] is the height, [1] the width. */
struct Convolution {
  Index batch, input[2], output[2], channels, kernel[2], stride[2], dilation[2], padding[2], outputs, groups;

  explicit Convolution(const Arguments& arguments) {
    Index at = 0;
    const auto next = [&] { return sizeOf(arguments, int(at++)); };
    const auto sides = [&](Index (&pair)[2]) {
      pair[0] = next();
      pair[1] = next();
    };
    batch = next();
    sides(input);
    sides(output);
    channels = next();
    sides(kernel);
    sides(stride);
    sides(dilation);
    sides(padding);
    outputs = next();
    groups = next();
  }
  Index places() const { return kernel[0] * kernel[1]; }
};

/** The number of the activation after a convolution, and its parameter. */
inline const double* activationAfter(const Arguments& arguments) { return arguments.numbers + convolutionNumbers; }

inline Index resultsOf(const Convolution& c) { return c.batch * c.output[0] * c.output[1] * c.outputs; }

/** The activation of the results, in place, if the kernel of the convolution does not apply it itself. */
inline void planConvolutionActivation(Arguments& arguments, Index) {
  const bool applied = arguments.following == Following::activationInside;
  arguments.items = applied ? 0 : divideUp(resultsOf(Convolution(arguments)), activationItem);
}

template <class T>
void runConvolutionActivation(const Arguments& arguments, Lane& lane) {
  T* const y = arrayOf<T>(arguments, 0);
  activateItems<T>(lane, y, nullptr, y, resultsOf(Convolution(arguments)), activationAfter(arguments));
}

/**
 * One axis of the windows: result position u (of `count`) is at `target` + u·`targetStep`. Its tap t (of `taps`) reads the source
 * at u·`step` + `offset` + t·`dilation` and multiplies it with the weights of place `weight` + t·`weightStep`. Each class of
 * positions has its own places; the classes before this one have `before` places.
 */
struct Axis {
  Index count, target, targetStep;
  Index size, step, offset, dilation;  // in the source
  Index taps, weight, weightStep, before;
};

/** A product of windows with weights: rows (batch, axes[0].count, axes[1].count), depth (taps, taps, depthChannels), columns. */
struct Windows {
  Axis axes[2];
  Index sourceChannels, depthChannels;  // the channels of all groups, and of one group
  Index targetSides[2], targetChannels, columns;

  Index depth() const { return axes[0].taps * axes[1].taps * depthChannels; }
  Index rowsOfImage() const { return axes[0].count * axes[1].count; }
  /** Whether the rows of the product are the pixels of the result, in order. */
  bool isDense() const { return axes[0].targetStep == 1 && axes[1].targetStep == 1; }
};

/** y = windows of x · w. There is one class of pixels. */
struct ForwardWindows {
  static constexpr bool weightsTransposed = false;
  static Index classes(const Convolution&) { return 1; }

  static Windows of(const Convolution& c, Index) {
    Windows windows;
    for (int i = 0; i < 2; i++) {
      windows.axes[i] = {c.output[i], 0, 1, c.input[i], c.stride[i], -c.padding[i], c.dilation[i], c.kernel[i], 0, 1, 0};
      windows.targetSides[i] = c.output[i];
    }
    windows.sourceChannels = c.channels;
    windows.depthChannels = c.channels / c.groups;
    windows.targetChannels = c.outputs;
    windows.columns = c.outputs / c.groups;
    return windows;
  }
};

inline Index greatestCommonDivisor(Index a, Index b) { return b == 0 ? a : greatestCommonDivisor(b, a % b); }

/**
 * dx = windows of dy · flipped weights. Pixel i has pixel (i + padding − p·dilation) / stride of y at place p if that is a whole
 * number. Pixels with the same remainder by the stride have the same places, so each remainder is a separate class, with step 1.
 */
struct InputWindows {
  static constexpr bool weightsTransposed = true;
  static Index classes(const Convolution& c) { return c.stride[0] * c.stride[1]; }

  static Windows of(const Convolution& c, Index number) {
    const Index remainders[] = {number / c.stride[1], number % c.stride[1]};
    Windows windows;
    for (int i = 0; i < 2; i++) {
      windows.axes[i] = axis(c, i, remainders[i]);
      windows.targetSides[i] = c.input[i];
    }
    windows.sourceChannels = c.outputs;
    windows.depthChannels = c.outputs / c.groups;
    windows.targetChannels = c.channels;
    windows.columns = c.channels / c.groups;
    return windows;
  }

 private:
  static Axis axis(const Convolution& c, int i, Index remainder) {
    const Index stride = c.stride[i], dilation = c.dilation[i], start = remainder + c.padding[i];
    const Index count = c.input[i] > remainder ? divideUp(c.input[i] - remainder, stride) : 0;
    // The places of this class are `apart` apart. They are used from the last to the first, so that the source positions increase
    const Index divisor = greatestCommonDivisor(stride, dilation % stride), apart = stride / divisor;
    const Index most = smaller(apart, c.kernel[i]);
    Index first = 0;
    while (first < most && (start - first * dilation) % stride != 0) first++;
    if (first == most) return {count, remainder, stride, c.output[i], 1, 0, 1, 0, 0, 1, 0};
    const Parts places(c.kernel[i], apart);
    const Index taps = places.size(first), last = first + (taps - 1) * apart, offset = (start - last * dilation) / stride;
    return {count, remainder, stride, c.output[i], 1, offset, dilation / divisor, taps, last, -apart, places.start(first)};
  }
};

}  // namespace
}  // namespace handgrad
