// Kernels that process matrices by rows: the sum of all rows, and a batch gathered from bytes.
#pragma once

#include "vectors.h"

namespace handgrad {
namespace {

constexpr Index sumVectors = 4;  // the vectors of columns summed at a time: their sums stay in registers

template <class T>
constexpr Index sumColumns = sumVectors * vectorBytes / Index{sizeof(T)};

template <class T>
void planSumRows(Arguments& arguments, Index threads) {
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  arguments.items = divideUp(columns, sumColumns<T>);
  if (threads == 1 || rows * columns < 32768) arguments.items = 1;
}

/** out[j] = Σ_i x[i, j], i rising */
template <class T>
void runSumRows(const Arguments& arguments, Lane& lane) {
  using V = Vector<T>;
  constexpr Index lanes = sizeof(V) / sizeof(T);
  T* const out = arrayOf<T>(arguments, 0);
  const T* const x = arrayOf<T>(arguments, 1);
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  const Parts parts(divideUp(columns, sumColumns<T>), arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    const Index end = smaller(columns, parts.start(item + 1) * sumColumns<T>);
    Index j = parts.start(item) * sumColumns<T>;
    for (; j + sumColumns<T> <= end; j += sumColumns<T>) {
      V sums[sumVectors] = {};
      for (Index i = 0; i < rows; i++) {
#pragma GCC unroll 4
        for (Index v = 0; v < sumVectors; v++) sums[v] += load<V>(x + i * columns + j + v * lanes);
      }
      for (Index v = 0; v < sumVectors; v++) store(out + j + v * lanes, sums[v]);
    }
    for (; j + lanes <= end; j += lanes) {
      V sum = {};
      for (Index i = 0; i < rows; i++) sum += load<V>(x + i * columns + j);
      store(out + j, sum);
    }
    for (; j < end; j++) {
      T sum = 0;
      for (Index i = 0; i < rows; i++) sum += x[i * columns + j];
      out[j] = sum;
    }
  }
}

inline void planGather(Arguments& arguments, Index) {
  const Index rows = sizeOf(arguments, 0), rowLength = sizeOf(arguments, 1);
  constexpr Index itemElements = 4096;
  arguments.items = smaller(rows, divideUp(rows * rowLength, itemElements));
}

/** to = (first, second), copied as integers: these use more load ports than floats, and two of them make one store. */
inline void lookUpPair(float* to, const float* first, const float* second) {
  store(to, load<unsigned>(first) | static_cast<unsigned long long>(load<unsigned>(second)) << 32);
}
inline void lookUpPair(double* to, const double* first, const double* second) {
  to[0] = *first;
  to[1] = *second;
}

/**
 * Maps a row of bytes with a table of 256 values for each channel. The number of channels is a constant for the compiler, so
 * there is no division.
 */
template <class T, int channels>
void gatherRow(T* out, const unsigned char* bytes, Index length, const T* table) {
  constexpr int step = channels * 8;
  Index j = 0;
  for (; j + step <= length; j += step) {
#pragma GCC unroll 16
    for (int i = 0; i < step; i += 2) {
      const T* const first = table + i % channels * 256;
      const T* const second = table + (i + 1) % channels * 256;
      lookUpPair(out + j + i, first + bytes[j + i], second + bytes[j + i + 1]);
    }
  }
  for (int channel = 0; j < length; j++, channel = channel + 1 == channels ? 0 : channel + 1) {
    out[j] = table[channel * 256 + bytes[j]];
  }
}

template <class T>
void runGather(const Arguments& arguments, Lane& lane) {
  T* const out = arrayOf<T>(arguments, 0);
  const unsigned char* const source = arrayOf<unsigned char>(arguments, 1);
  const int* const indices = arrayOf<int>(arguments, 2);
  const T* const table = arrayOf<T>(arguments, 3);
  const Index rows = sizeOf(arguments, 0), length = sizeOf(arguments, 1), channels = sizeOf(arguments, 2);
  forEachUnit(arguments, lane, rows, [&](Index i) {
    const unsigned char* const bytes = source + indices[i] * length;
    if (i + 1 < rows) {  // rows are anywhere in the data set, so the next one is prefetched
      for (Index line = 0; line < length; line += 64) __builtin_prefetch(source + indices[i + 1] * length + line);
    }
    T* const to = out + i * length;
    if (channels == 3) {
      gatherRow<T, 3>(to, bytes, length, table);
    } else if (channels == 1) {
      gatherRow<T, 1>(to, bytes, length, table);
    } else {
      Index channel = 0;
      for (Index j = 0; j < length; j++) {
        to[j] = table[channel * 256 + bytes[j]];
        if (++channel == channels) channel = 0;
      }
    }
  });
}

}  // namespace
}  // namespace handgrad
