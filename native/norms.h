// Batch and layer normalization, forward and backward, the counterpart of src/kernels/scalarNorms.ts. Sums are double for both
// types, so that any number of rows may be summed. A second pass around the mean avoids cancellation.
//
// Sums over the rows are computed in strips of columns: the sums of a strip stay in registers, and all its passes follow each
// other while the strip is in the cache. A strip belongs to one thread, so no sum is divided.
#pragma once

#include "losses.h"

namespace handgrad {
namespace {

constexpr int stripVectors = 8;
constexpr Index stripColumns = stripVectors * wideLanes;

/** `vectors` whole vectors of neighbouring columns, or a single vector with only `count` columns. */
template <int vectors_>
struct Strip {
  static constexpr int vectors = vectors_;
  Index column, count;

  template <class T>
  Wide read(const T* row, int vector) const {
    return vectors > 1 ? loadWide(row + column + vector * wideLanes) : loadSome(row + column, count);
  }
  template <class T>
  void write(T* row, int vector, Wide value) const {
    if (vectors > 1) return storeWide(row + column + vector * wideLanes, value);
    storeSome(row + column, count, value);
  }
};

/** Calls `body(strip)` for the columns from `begin` on, a multiple of the width of a strip. */
template <int vectors = stripVectors, class Body>
inline void forEachStrip(Index begin, Index end, Body body) {
  constexpr Index width = vectors * wideLanes;
  Index j = begin;
  for (; j + width <= end; j += width) body(Strip<vectors>{j, wideLanes});
  forEachWide(j, end, [&](Index i, Index count) { body(Strip<1>{i, count}); });
}

constexpr Index leastNormElements = 16384;  // with fewer, one thread is used

/** Strips for the threads; half as wide if there would be only one. */
inline void planColumns(Arguments& arguments, Index threads) {
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  const bool alone = threads == 1 || rows * columns < leastNormElements;
  arguments.columnParts = divideUp(columns, !alone && columns <= stripColumns ? stripColumns / 2 : stripColumns);
  arguments.items = alone ? 1 : arguments.columnParts;
}

template <class Body>
inline void forEachColumn(const Arguments& arguments, Lane& lane, Body body) {
  const Index columns = sizeOf(arguments, 1), strips = arguments.columnParts;
  const bool narrow = strips > divideUp(columns, stripColumns);
  const Index width = narrow ? stripColumns / 2 : stripColumns;
  const Parts parts(strips, arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    const Index begin = parts.start(item) * width, end = smaller(columns, parts.start(item + 1) * width);
    if (narrow) {
      forEachStrip<stripVectors / 2>(begin, end, body);
    } else {
      forEachStrip(begin, end, body);
    }
  }
}

inline Wide squareRoot(Wide value) {
  for (int i = 0; i < wideLanes; i++) value[i] = __builtin_sqrt(value[i]);
  return value;
}

/** The arguments of batchNorm and batchNormEvaluate. */
template <class T>
struct BatchNorm {
  T* y;
  T* mean;
  T* variance;
  const T* x;
  const T* w;
  const T* b;
  Index rows, columns;
  double epsilon;

  explicit BatchNorm(const Arguments& arguments)
      : y(arrayOf<T>(arguments, 0)),
        mean(arrayOf<T>(arguments, 1)),
        variance(arrayOf<T>(arguments, 2)),
        x(arrayOf<T>(arguments, 3)),
        w(arrayOf<T>(arguments, 4)),
        b(arrayOf<T>(arguments, 5)),
        rows(sizeOf(arguments, 0)),
        columns(sizeOf(arguments, 1)),
        epsilon(arguments.numbers[2]) {}

  template <class S>
  void measure(S strip) const {
    Wide sums[S::vectors] = {}, center[S::vectors], squares[S::vectors] = {};
    for (Index i = 0; i < rows; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) sums[v] += strip.read(x + i * columns, v);
    }
    for (int v = 0; v < S::vectors; v++) {
      strip.write(mean, v, sums[v] / double(rows));
      center[v] = strip.read(mean, v);
    }
    for (Index i = 0; i < rows; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) {
        const Wide difference = strip.read(x + i * columns, v) - center[v];
        squares[v] += difference * difference;
      }
    }
    for (int v = 0; v < S::vectors; v++) strip.write(variance, v, squares[v] / double(rows));
  }

  /** y = w·(x − mean)/√(variance + ε) + b */
  template <class S>
  void normalize(S strip) const {
    Wide center[S::vectors], factor[S::vectors], shift[S::vectors];
    for (int v = 0; v < S::vectors; v++) {
      center[v] = strip.read(mean, v);
      factor[v] = strip.read(w, v) / squareRoot(strip.read(variance, v) + epsilon);
      shift[v] = strip.read(b, v);
    }
    for (Index i = 0; i < rows; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) {
        strip.write(y + i * columns, v, (strip.read(x + i * columns, v) - center[v]) * factor[v] + shift[v]);
      }
    }
  }
};

template <class T>
void runBatchNorm(const Arguments& arguments, Lane& lane) {
  const BatchNorm<T> batch(arguments);
  forEachColumn(arguments, lane, [&](auto strip) {
    batch.measure(strip);
    batch.normalize(strip);
  });
}

template <class T>
void runBatchNormEvaluate(const Arguments& arguments, Lane& lane) {
  const BatchNorm<T> batch(arguments);
  forEachColumn(arguments, lane, [&](auto strip) { batch.normalize(strip); });
}

/** dw = Σ dy·x̂, db = Σ dy, dx = w/√(variance + ε)·(dy − db/rows − x̂·dw/rows), per column */
template <class T>
void runBatchNormBackward(const Arguments& arguments, Lane& lane) {
  T* const dx = arrayOf<T>(arguments, 0);
  T* const dw = arrayOf<T>(arguments, 1);
  T* const db = arrayOf<T>(arguments, 2);
  const T* const dy = arrayOf<T>(arguments, 3);
  const T* const x = arrayOf<T>(arguments, 4);
  const T* const mean = arrayOf<T>(arguments, 5);
  const T* const variance = arrayOf<T>(arguments, 6);
  const T* const w = arrayOf<T>(arguments, 7);
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  const double epsilon = arguments.numbers[2];
  forEachColumn(arguments, lane, [&](auto strip) {
    constexpr int vectors = decltype(strip)::vectors;
    Wide products[vectors] = {}, sums[vectors] = {}, center[vectors];
    for (int v = 0; v < vectors; v++) center[v] = strip.read(mean, v);
    for (Index i = 0; i < rows; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) {
        const Wide gradient = strip.read(dy + i * columns, v);
        products[v] += gradient * (strip.read(x + i * columns, v) - center[v]);
        sums[v] += gradient;
      }
    }
    // dx = factor·dy − slope·(x − μ) − constant
    Wide factor[vectors], slope[vectors], constant[vectors];
    for (int v = 0; v < vectors; v++) {
      const Wide inverse = 1.0 / squareRoot(strip.read(variance, v) + epsilon);
      strip.write(dw, v, products[v] * inverse);
      strip.write(db, v, sums[v]);
      factor[v] = inverse * strip.read(w, v);
      slope[v] = factor[v] * products[v] * (inverse * inverse) / double(rows);
      constant[v] = factor[v] * sums[v] / double(rows);
    }
    for (Index i = 0; i < rows; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) {
        const Wide difference = strip.read(x + i * columns, v) - center[v];
        strip.write(dx + i * columns, v, factor[v] * strip.read(dy + i * columns, v) - slope[v] * difference - constant[v]);
      }
    }
  });
}

/** The first `count` lanes, the others 0. */
inline Wide firstOf(Wide value, Index count) {
  for (Index i = count; i < wideLanes; i++) value[i] = 0;
  return value;
}

/** Per row: mean, inverse = 1/√(variance + ε), y = w·(x − mean)·inverse + b */
template <class T>
void runLayerNorm(const Arguments& arguments, Lane& lane) {
  T* const means = arrayOf<T>(arguments, 1);
  T* const inverses = arrayOf<T>(arguments, 2);
  const T* const w = arrayOf<T>(arguments, 4);
  const T* const b = arrayOf<T>(arguments, 5);
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  const double epsilon = arguments.numbers[2];
  const Parts parts(rows, arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    for (Index row = parts.start(item); row < parts.start(item + 1); row++) {
      T* const y = arrayOf<T>(arguments, 0) + row * columns;
      const T* const x = arrayOf<T>(arguments, 3) + row * columns;
      const double mean = sumAlong(columns, [=](Index j, Index count) { return loadSome(x + j, count); }) / columns;
      const double squares = sumAlong(columns, [=](Index j, Index count) {
        const Wide difference = firstOf(loadSome(x + j, count) - mean, count);
        return difference * difference;
      });
      const double inverse = 1.0 / __builtin_sqrt(squares / columns + epsilon);
      forEachWide(0, columns, [=](Index j, Index count) {
        const Wide normalized = (loadSome(x + j, count) - mean) * inverse;
        storeSome(y + j, count, normalized * loadSome(w + j, count) + loadSome(b + j, count));
      });
      means[row] = T(mean);
      inverses[row] = T(inverse);
    }
  }
}

/** Two kinds of items: strips of columns for dw and db, then pieces of rows for dx. No output is in both. */
inline void planLayerNormBackward(Arguments& arguments, Index threads) {
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  planRows(arguments, threads);
  arguments.rowParts = arguments.items;
  arguments.columnParts = divideUp(columns, stripColumns);
  const bool alone = threads == 1 || rows * columns < leastNormElements;
  arguments.items = alone ? 1 : arguments.rowParts + arguments.columnParts;
}

/** With g = dy ⊙ w and means over each row: dx = inverse·(g − mean g − x̂·mean(g ⊙ x̂)); dw = Σ dy·x̂, db = Σ dy over rows */
template <class T>
struct LayerNormBackward {
  T* dx;
  T* dw;
  T* db;
  const T* dy;
  const T* x;
  const T* means;
  const T* inverses;
  const T* w;
  Index rows, columns;

  void sumColumns(Index begin, Index end) const {
    forEachStrip(begin, end, [&](auto strip) {
      constexpr int vectors = decltype(strip)::vectors;
      Wide weights[vectors] = {}, biases[vectors] = {};
      for (Index i = 0; i < rows; i++) {
        const double mean = means[i], inverse = inverses[i];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
          const Wide gradient = strip.read(dy + i * columns, v);
          weights[v] += gradient * ((strip.read(x + i * columns, v) - mean) * inverse);
          biases[v] += gradient;
        }
      }
      for (int v = 0; v < vectors; v++) {
        strip.write(dw, v, weights[v]);
        strip.write(db, v, biases[v]);
      }
    });
  }

  void row(Index i) const {
    const double mean = means[i], inverse = inverses[i];
    const auto gradient = [&](Index j, Index count) {
      return loadSome(dy + i * columns + j, count) * loadSome(w + j, count);
    };
    const auto normalized = [&](Index j, Index count) {
      return (loadSome(x + i * columns + j, count) - mean) * inverse;
    };
    const double shift = sumAlong(columns, gradient) / columns;
    const auto product = [&](Index j, Index count) { return gradient(j, count) * normalized(j, count); };
    const double slope = sumAlong(columns, product) / columns;
    forEachWide(0, columns, [&](Index j, Index count) {
      const Wide change = gradient(j, count) - shift - normalized(j, count) * slope;
      storeSome(dx + i * columns + j, count, inverse * change);
    });
  }
};

template <class T>
void runLayerNormBackward(const Arguments& arguments, Lane& lane) {
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  const LayerNormBackward<T> layer{arrayOf<T>(arguments, 0), arrayOf<T>(arguments, 1), arrayOf<T>(arguments, 2),
                                   arrayOf<T>(arguments, 3), arrayOf<T>(arguments, 4), arrayOf<T>(arguments, 5),
                                   arrayOf<T>(arguments, 6), arrayOf<T>(arguments, 7), rows, columns};
  const Parts rowParts(rows, arguments.rowParts);
  const Index strips = arguments.columnParts;
  const Parts parts(strips + arguments.rowParts, arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    for (Index part = parts.start(item); part < parts.start(item + 1); part++) {
      if (part < strips) {
        layer.sumColumns(part * stripColumns, smaller(columns, (part + 1) * stripColumns));
      } else {
        for (Index i = rowParts.start(part - strips); i < rowParts.start(part - strips + 1); i++) layer.row(i);
      }
    }
  }
}

}  // namespace
}  // namespace handgrad
