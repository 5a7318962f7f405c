// Pooling of images, forward and backward, the counterpart of the pools in src/kernels/scalarImages.ts: the loops run along the
// channels, which are contiguous. Threads share rows of images: rows of y forward, and rows of dx backward, where each row adds
// up the windows that contain it.
#pragma once

#include "elementwise.h"

namespace handgrad {
namespace {

/** Along one axis, the window of output i contains the pixels i·stride − padding + p·dilation, p < kernel. */
struct PoolAxis {
  Index input, output, kernel, stride, dilation, padding;

  Index start(Index i) const { return i * stride - padding; }
};

/** The places of a window that are inside of the image: an interval, because pixels increase with places. */
struct Places {
  Index begin, end;

  Places(const PoolAxis& axis, Index output) : begin(0), end(axis.kernel) {
    const Index start = axis.start(output);
    while (begin < end && start + begin * axis.dilation < 0) begin++;
    while (end > begin && start + (end - 1) * axis.dilation >= axis.input) end--;
  }
  Index count() const { return end - begin; }
};

/** The geometry of src/kernels/imageKernels.ts, the first 14 numbers of a call. */
struct Pool {
  Index batch, channels;
  PoolAxis rows, columns;

  explicit Pool(const Arguments& arguments)
      : batch(sizeOf(arguments, 0)), channels(sizeOf(arguments, 5)), rows(axis(arguments, 0)), columns(axis(arguments, 1)) {}

  /** The weight of a pixel in the mean of its window: over all pixels, or over those inside of the image. */
  double share(const Places& inRows, const Places& inColumns, bool countPadding) const {
    return 1.0 / double(countPadding ? rows.kernel * columns.kernel : inRows.count() * inColumns.count());
  }

 private:
  static PoolAxis axis(const Arguments& arguments, int side) {
    const auto number = [&](int position) { return sizeOf(arguments, position + side); };
    return {number(1), number(3), number(6), number(8), number(10), number(12)};
  }
};
constexpr int poolNumbers = 14;

constexpr Index poolItem = 4096;

/** Divides `rows` rows into pieces, for this total number of elements. */
inline void planImageRows(Arguments& arguments, Index rows, Index elements) {
  arguments.items = smaller(rows, divideUp(elements, poolItem));
}

inline void planPool(Arguments& arguments, Index) {
  const Pool pool(arguments);
  const Index rows = pool.batch * pool.rows.output;
  planImageRows(arguments, rows, rows * pool.columns.output * pool.channels);
}

inline void planPoolBackward(Arguments& arguments, Index) {
  const Pool pool(arguments);
  const Index rows = pool.batch * pool.rows.input;
  planImageRows(arguments, rows, rows * pool.columns.input * pool.channels);
}

/** Calls `body(V{}, channel)` for whole vectors of channels, then for narrower ones, and with a single number for each remaining channel. */
template <class T, int bytes = vectorBytes, class Body>
inline void forEachChannel(Index channels, Body body, Index c = 0) {
  constexpr Index lanes = bytes / sizeof(T);
  for (; c + lanes <= channels; c += lanes) body(Vector<T, bytes>{}, c);
  if constexpr (bytes > 16) {
    forEachChannel<T, bytes / 2>(channels, body, c);
  } else {
    for (; c < channels; c++) body(T{}, c);
  }
}

/** The window of an output pixel: the position of its first pixel inside of the image, and the number of these pixels. */
struct PooledWindow {
  Places rows, columns;
  Index first;       // the element of x
  Index rowStep, columnStep;

  PooledWindow(const Pool& pool, Index n, Index i, Index j)
      : rows(pool.rows, i),
        columns(pool.columns, j),
        first(((n * pool.rows.input + pool.rows.start(i) + rows.begin * pool.rows.dilation) * pool.columns.input +
               pool.columns.start(j) + columns.begin * pool.columns.dilation) *
              pool.channels),
        rowStep(pool.rows.dilation * pool.columns.input * pool.channels),
        columnStep(pool.columns.dilation * pool.channels) {}
};

/** Whole numbers of the size of T in each lane, for the places of values. */
template <class T>
using PlaceOf = std::conditional_t<sizeof(T) == 4, int, long long>;

template <class T, class V>
inline void maxOfWindow(V, T* y, unsigned char* places, const T* x, const PooledWindow& window, Index width) {
  using P = Vector<PlaceOf<T>, sizeof(V)>;
  V best = load<V>(x);
  P chosen = P{} + PlaceOf<T>(window.rows.begin * width + window.columns.begin);
  for (Index p = window.rows.begin; p < window.rows.end; p++) {
    const T* pixel = x + (p - window.rows.begin) * window.rowStep;
    for (Index q = window.columns.begin; q < window.columns.end; q++, pixel += window.columnStep) {
      const V value = load<V>(pixel);
      const auto better = ~(value <= best) & (best == best);  // NaN is treated as largest, and the first one is kept
      best = better ? value : best;
      chosen = better ? P{} + PlaceOf<T>(p * width + q) : chosen;
    }
  }
  store(y, best);
  store(places, __builtin_convertvector(chosen, Vector<unsigned char, sizeof(V) / sizeof(T)>));
}

template <class T>
inline void maxOfWindow(T, T* y, unsigned char* places, const T* x, const PooledWindow& window, Index width) {
  *y = *x;
  *places = static_cast<unsigned char>(window.rows.begin * width + window.columns.begin);
  for (Index p = window.rows.begin; p < window.rows.end; p++) {
    const T* pixel = x + (p - window.rows.begin) * window.rowStep;
    for (Index q = window.columns.begin; q < window.columns.end; q++, pixel += window.columnStep) {
      if (*pixel <= *y || *y != *y) continue;
      *y = *pixel;
      *places = static_cast<unsigned char>(p * width + q);
    }
  }
}

template <class T>
void runMaxPool(const Arguments& arguments, Lane& lane) {
  T* const y = arrayOf<T>(arguments, 0);
  unsigned char* const places = arrayOf<unsigned char>(arguments, 1);
  const T* const x = arrayOf<T>(arguments, 2);
  const Pool pool(arguments);
  const Index height = pool.rows.output, width = pool.columns.output;
  const Index rowLength = pool.columns.input * pool.channels;
  constexpr Index line = 64 / sizeof(T);
  forEachUnit(arguments, lane, pool.batch * height, [&](Index row) {
    for (Index j = 0; j < width; j++) {
      const PooledWindow pixels(pool, row / height, row % height, j);
      const Index to = (row * width + j) * pool.channels;
      // Prefetches the pixels of the window below: rows are too many streams for the hardware prefetcher. GCC removes this in a
      // separate function.
      for (Index p = 0; p < pixels.rows.count(); p++) {
        const T* const below = x + pixels.first + pool.rows.stride * rowLength + p * pixels.rowStep;
        for (Index e = 0; e < pool.columns.stride * pool.channels; e += line) __builtin_prefetch(below + e);
      }
      forEachChannel<T>(pool.channels, [&](auto kind, Index c) {
        maxOfWindow(kind, y + to + c, places + to + c, x + pixels.first + c, pixels, pool.columns.kernel);
      });
    }
  });
}

template <class T>
void runAveragePool(const Arguments& arguments, Lane& lane) {
  T* const y = arrayOf<T>(arguments, 0);
  const T* const x = arrayOf<T>(arguments, 1);
  const Pool pool(arguments);
  const bool countPadding = arguments.numbers[poolNumbers] != 0;
  const Index height = pool.rows.output, width = pool.columns.output;
  forEachUnit(arguments, lane, pool.batch * height, [&](Index row) {
    for (Index j = 0; j < width; j++) {
      const PooledWindow pixels(pool, row / height, row % height, j);
      const T share = T(pool.share(pixels.rows, pixels.columns, countPadding));
      const Index to = (row * width + j) * pool.channels;
      forEachChannel<T>(pool.channels, [&](auto kind, Index c) {
        decltype(kind) sum = {};
        for (Index p = 0; p < pixels.rows.count(); p++) {
          const T* pixel = x + pixels.first + c + p * pixels.rowStep;
          for (Index q = 0; q < pixels.columns.count(); q++, pixel += pixels.columnStep) sum += load<decltype(kind)>(pixel);
        }
        store(y + to + c, sum * share);
      });
    }
  });
}

/**
 * Calls `body(dx pixel, window pixel of y, i, j, place)` for every window and place that contains a pixel of row `row` of dx,
 * after setting the row to zero. The order is fixed, and a row belongs to one thread.
 */
template <class T, class Body>
inline void collectRow(const Pool& pool, T* dx, Index row, Body body) {
  const PoolAxis &rows = pool.rows, &columns = pool.columns;
  const Index n = row / rows.input, u = row % rows.input;
  T* const to = dx + row * columns.input * pool.channels;
  __builtin_memset(to, 0, sizeof(T) * columns.input * pool.channels);
  for (Index p = 0; p < rows.kernel; p++) {
    const Index above = u + rows.padding - p * rows.dilation;
    if (above < 0 || above % rows.stride != 0 || above / rows.stride >= rows.output) continue;
    const Index i = above / rows.stride;
    for (Index q = 0; q < columns.kernel; q++) {
      for (Index j = 0; j < columns.output; j++) {
        const Index v = columns.start(j) + q * columns.dilation;
        if (v < 0 || v >= columns.input) continue;
        const Index from = ((n * rows.output + i) * columns.output + j) * pool.channels;
        body(to + v * pool.channels, from, i, j, p * columns.kernel + q);
      }
    }
  }
}

/** Bytes as whole numbers of the size of T, doubling their size in each step: GCC converts one by one what takes several steps. */
template <class T, int lanes>
inline auto placesOf(const unsigned char* from) {
  const auto shorts = __builtin_convertvector(load<Vector<unsigned char, lanes>>(from), Vector<short, 2 * lanes>);
  const auto ints = __builtin_convertvector(shorts, Vector<int, 4 * lanes>);
  return __builtin_convertvector(ints, Vector<PlaceOf<T>, lanes * sizeof(T)>);
}

/** to ← to + dy where the place is the wanted one. */
template <class T, class V>
inline void addChosen(V, T* to, const T* dy, const unsigned char* places, Index wanted) {
  const auto found = placesOf<T, sizeof(V) / sizeof(T)>(places) == PlaceOf<T>(wanted);
  store(to, load<V>(to) + (found ? load<V>(dy) : V{}));
}

template <class T>
inline void addChosen(T, T* to, const T* dy, const unsigned char* places, Index wanted) {
  *to += *places == wanted ? *dy : T(0);
}

template <class T>
void runMaxPoolBackward(const Arguments& arguments, Lane& lane) {
  T* const dx = arrayOf<T>(arguments, 0);
  const T* const dy = arrayOf<T>(arguments, 1);
  const unsigned char* const places = arrayOf<unsigned char>(arguments, 2);
  const Pool pool(arguments);
  forEachUnit(arguments, lane, pool.batch * pool.rows.input, [&](Index row) {
    collectRow(pool, dx, row, [&](T* to, Index from, Index, Index, Index place) {
      const unsigned char wanted = static_cast<unsigned char>(place);
      const Index many = pool.channels - pool.channels % 64;  // of these, the compiler compares all bytes of a vector at a time
      HANDGRAD_INDEPENDENT
      for (Index c = 0; c < many; c++) to[c] += places[from + c] == wanted ? dy[from + c] : T(0);
      const auto add = [&](auto kind, Index c) { addChosen(kind, to + c, dy + from + c, places + from + c, place); };
      forEachChannel<T>(pool.channels, add, many);
    });
  });
}

template <class T>
void runAveragePoolBackward(const Arguments& arguments, Lane& lane) {
  T* const dx = arrayOf<T>(arguments, 0);
  const T* const dy = arrayOf<T>(arguments, 1);
  const Pool pool(arguments);
  const bool countPadding = arguments.numbers[poolNumbers] != 0;
  forEachUnit(arguments, lane, pool.batch * pool.rows.input, [&](Index row) {
    collectRow(pool, dx, row, [&](T* to, Index from, Index i, Index j, Index) {
      const T share = T(pool.share(Places(pool.rows, i), Places(pool.columns, j), countPadding));
      forEachChannel<T>(pool.channels, [&](auto kind, Index c) {
        store(to + c, load<decltype(kind)>(to + c) + load<decltype(kind)>(dy + from + c) * share);
      });
    });
  });
}

}  // namespace
}  // namespace handgrad
