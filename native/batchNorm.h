// Batch normalization, forward and backward, the counterpart of src/kernels/scalarNorms.ts, alone or with the activation after it.
// Both directions have three steps: sums of each block of rows, the sums of all blocks, and the result. Blocks are given by the
// caller, so that the bits do not depend on the threads; a block stays in the cache of a core. Sums are double for both types, so
// that any number of rows may be summed.
#pragma once

#include "activations.h"
#include "strips.h"

namespace handgrad {
namespace {

/** The sizes, and the memory for two sums of each column in each block, which is the array at a position. */
struct NormBlocks {
  Index rows, columns, blockRows;
  double epsilon;
  double* sums;

  NormBlocks(const Arguments& arguments, int position)
      : rows(sizeOf(arguments, 0)),
        columns(sizeOf(arguments, 1)),
        blockRows(sizeOf(arguments, 3)),
        epsilon(arguments.numbers[2]),
        sums(arrayOf<double>(arguments, position)) {}

  Index blocks() const { return divideUp(rows, blockRows); }
  Index start(Index block) const { return smaller(rows, block * blockRows); }
  double* first(Index block) const { return sums + 2 * block * columns; }
  double* second(Index block) const { return first(block) + columns; }

  template <class S>
  void keep(Index block, S strip, const Wide* firstSums, const Wide* secondSums) const {
    for (int v = 0; v < S::vectors; v++) {
      strip.write(first(block), v, firstSums[v]);
      strip.write(second(block), v, secondSums[v]);
    }
  }
};

/** Work is divided among the threads by parts of the rows, and by strips of columns where there are few parts. */
inline void planNorm(Arguments& arguments, Index threads, Index rowParts) {
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  const bool alone = threads == 1 || rows * columns < leastNormElements;
  arguments.rowParts = rowParts;
  arguments.columnParts = alone || rowParts >= 4 * threads ? 1 : divideUp(columns, stripColumns);
  arguments.items = alone ? 1 : arguments.rowParts * arguments.columnParts;
}

inline void planNormBlocks(Arguments& arguments, Index threads) { planNorm(arguments, threads, divideUp(sizeOf(arguments, 0), sizeOf(arguments, 3))); }

inline void planNormColumns(Arguments& arguments, Index threads) { planNorm(arguments, threads, 1); }

inline void planNormRows(Arguments& arguments, Index threads) {
  constexpr Index leastRows = 64, leastElements = 16384;  // of a part; each needs a few divisions for every column
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  planNorm(arguments, threads, divideUp(rows, larger(leastRows, leastElements / columns)));
}

/** Calls `body(part, begin, end)` for parts of the rows, and the columns from `begin` to `end`. */
template <class Body>
inline void forEachPart(const Arguments& arguments, Lane& lane, Body body) {
  const Index columns = sizeOf(arguments, 1), strips = arguments.columnParts;
  forEachUnit(arguments, lane, arguments.rowParts * strips, [&](Index unit) {
    const Index begin = unit % strips * stripColumns;
    body(unit / strips, begin, strips == 1 ? columns : smaller(columns, begin + stripColumns));
  });
}

/** Calls `body(part, strip)`. */
template <class Body>
inline void forEachStripOfParts(const Arguments& arguments, Lane& lane, Body body) {
  forEachPart(arguments, lane, [&](Index part, Index begin, Index end) {
    forEachStrip(begin, end, [&](auto strip) { body(part, strip); });
  });
}

inline Wide squareRoot(Wide value) {
  for (int i = 0; i < wideLanes; i++) value[i] = __builtin_sqrt(value[i]);
  return value;
}

template <class T>
struct BatchNorm : NormBlocks {
  T* y;
  T* mean;
  T* variance;
  const T* x;
  const T* w;
  const T* b;
  T* derivative;

  explicit BatchNorm(const Arguments& arguments)
      : NormBlocks(arguments, 6),
        y(arrayOf<T>(arguments, 0)),
        mean(arrayOf<T>(arguments, 1)),
        variance(arrayOf<T>(arguments, 2)),
        x(arrayOf<T>(arguments, 3)),
        w(arrayOf<T>(arguments, 4)),
        b(arrayOf<T>(arguments, 5)),
        derivative(arrayOf<T>(arguments, 7)) {}

  /** Σ x and Σ (x − c)² of a block, with its mean c. A second pass around the mean avoids cancellation. */
  template <class S>
  void measure(Index block, S strip) const {
    const Index begin = start(block), end = start(block + 1);
    Wide added[S::vectors] = {}, center[S::vectors], squares[S::vectors] = {};
    for (Index i = begin; i < end; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) added[v] += strip.read(x + i * columns, v);
    }
    for (int v = 0; v < S::vectors; v++) center[v] = roundTo<T>(added[v] / double(end - begin));
    for (Index i = begin; i < end; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) {
        const Wide difference = strip.read(x + i * columns, v) - center[v];
        squares[v] += difference * difference;
      }
    }
    keep(block, strip, added, squares);
  }

  /**
   * Mean and variance of each column. For n rows with the sum s and the squares q around their mean, and n' others:
   * q ← q + q' + (s'/n' − s/n)²·n·n'/(n + n')   (Chan, Golub & LeVeque 1979)
   */
  template <class S>
  void merge(S strip) const {
    for (int v = 0; v < S::vectors; v++) {
      Wide sum = strip.read(first(0), v), squares = strip.read(second(0), v);
      for (Index block = 1; block < blocks(); block++) {
        const double before = start(block), added = start(block + 1) - start(block);
        const Wide other = strip.read(first(block), v);
        const Wide difference = other / added - sum / before;
        squares += strip.read(second(block), v) + difference * difference * (before * added / (before + added));
        sum += other;
      }
      strip.write(mean, v, sum / double(rows));
      strip.write(variance, v, squares / double(rows));
    }
  }

  /** y = w·(x − mean)/√(variance + ε) + b for the rows from `begin` to `end` */
  template <class S>
  void normalize(S strip, Index begin, Index end) const {
    Wide center[S::vectors], factor[S::vectors], shift[S::vectors];
    for (int v = 0; v < S::vectors; v++) {
      center[v] = strip.read(mean, v);
      factor[v] = strip.read(w, v) / squareRoot(strip.read(variance, v) + epsilon);
      shift[v] = strip.read(b, v);
    }
    for (Index i = begin; i < end; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) {
        strip.write(y + i * columns, v, (strip.read(x + i * columns, v) - center[v]) * factor[v] + shift[v]);
      }
    }
  }

  /** f and f′ of the results, which are in the cache. */
  void activate(const Arguments& arguments, Index firstRow, Index lastRow, Index begin, Index end) const {
    const Apply<T> apply = activationOf<T>(arguments.numbers[4]);
    const T parameter = T(arguments.numbers[5]);
    T* const at = y + firstRow * columns + begin;
    T* const slopes = derivative + firstRow * columns + begin;
    const Index count = lastRow - firstRow, width = end - begin;
    if (width == columns) return apply(at, slopes, at, parameter, 1, count * columns, 0);
    apply(at, slopes, at, parameter, count, width, columns);
  }
};

template <class T>
void runBatchNormSums(const Arguments& arguments, Lane& lane) {
  const BatchNorm<T> batch(arguments);
  forEachStripOfParts(arguments, lane, [&](Index block, auto strip) { batch.measure(block, strip); });
}

template <class T>
void runBatchNormMerge(const Arguments& arguments, Lane& lane) {
  const BatchNorm<T> batch(arguments);
  forEachStripOfParts(arguments, lane, [&](Index, auto strip) { batch.merge(strip); });
}

/** The last step of batchNorm, and batchNormEvaluate, which has mean and variance. */
template <class T>
void runNormalize(const Arguments& arguments, Lane& lane) {
  const BatchNorm<T> batch(arguments);
  const Parts rows(batch.rows, arguments.rowParts);
  forEachPart(arguments, lane, [&](Index part, Index begin, Index end) {
    const Index first = rows.start(part), last = rows.start(part + 1);
    forEachStrip(begin, end, [&](auto strip) { batch.normalize(strip, first, last); });
    if (batch.derivative) batch.activate(arguments, first, last, begin, end);
  });
}

/** dw = Σ dy·x̂, db = Σ dy, dx = w/√(variance + ε)·(dy − db/rows − x̂·dw/rows), per column; with an activation dy = dz·f′ */
template <class T>
struct BatchNormBackward : NormBlocks {
  T* dx;
  T* dw;
  T* db;
  const T* dz;
  const T* x;
  const T* mean;
  const T* variance;
  const T* w;
  const T* derivative;

  explicit BatchNormBackward(const Arguments& arguments)
      : NormBlocks(arguments, 8),
        dx(arrayOf<T>(arguments, 0)),
        dw(arrayOf<T>(arguments, 1)),
        db(arrayOf<T>(arguments, 2)),
        dz(arrayOf<T>(arguments, 3)),
        x(arrayOf<T>(arguments, 4)),
        mean(arrayOf<T>(arguments, 5)),
        variance(arrayOf<T>(arguments, 6)),
        w(arrayOf<T>(arguments, 7)),
        derivative(arrayOf<T>(arguments, 9)) {}

  template <bool activated, class S>
  Wide gradient(S strip, Index i, int v) const {
    return activated ? strip.readProduct(dz + i * columns, derivative + i * columns, v) : strip.read(dz + i * columns, v);
  }

  /** Σ dy·(x − mean) and Σ dy of a block. */
  template <bool activated, class S>
  void measure(Index block, S strip) const {
    Wide products[S::vectors] = {}, added[S::vectors] = {}, center[S::vectors];
    for (int v = 0; v < S::vectors; v++) center[v] = strip.read(mean, v);
    for (Index i = start(block); i < start(block + 1); i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) {
        const Wide dy = gradient<activated>(strip, i, v);
        products[v] += dy * (strip.read(x + i * columns, v) - center[v]);
        added[v] += dy;
      }
    }
    keep(block, strip, products, added);
  }

  /** The sums of all blocks, which replace those of the first. */
  template <class S>
  void merge(S strip) const {
    for (int v = 0; v < S::vectors; v++) {
      Wide products = strip.read(first(0), v), added = strip.read(second(0), v);
      for (Index block = 1; block < blocks(); block++) {
        products += strip.read(first(block), v);
        added += strip.read(second(block), v);
      }
      strip.write(first(0), v, products);
      strip.write(second(0), v, added);
      strip.write(dw, v, products * (1.0 / squareRoot(strip.read(variance, v) + epsilon)));
      strip.write(db, v, added);
    }
  }

  /** dx = factor·dy − slope·(x − μ) − constant */
  template <bool activated, class S>
  void finish(S strip, Index begin, Index end) const {
    Wide center[S::vectors], factor[S::vectors], slope[S::vectors], constant[S::vectors];
    for (int v = 0; v < S::vectors; v++) {
      center[v] = strip.read(mean, v);
      const Wide inverse = 1.0 / squareRoot(strip.read(variance, v) + epsilon);
      factor[v] = inverse * strip.read(w, v);
      slope[v] = factor[v] * strip.read(first(0), v) * (inverse * inverse) / double(rows);
      constant[v] = factor[v] * strip.read(second(0), v) / double(rows);
    }
    for (Index i = begin; i < end; i++) {
#pragma GCC unroll 8
      for (int v = 0; v < S::vectors; v++) {
        const Wide difference = strip.read(x + i * columns, v) - center[v];
        strip.write(dx + i * columns, v, factor[v] * gradient<activated>(strip, i, v) - slope[v] * difference - constant[v]);
      }
    }
  }
};

template <class T>
void runBatchNormBackwardSums(const Arguments& arguments, Lane& lane) {
  const BatchNormBackward<T> batch(arguments);
  forEachStripOfParts(arguments, lane, [&](Index block, auto strip) {
    batch.derivative ? batch.template measure<true>(block, strip) : batch.template measure<false>(block, strip);
  });
}

template <class T>
void runBatchNormBackwardMerge(const Arguments& arguments, Lane& lane) {
  const BatchNormBackward<T> batch(arguments);
  forEachStripOfParts(arguments, lane, [&](Index, auto strip) { batch.merge(strip); });
}

template <class T>
void runBatchNormBackward(const Arguments& arguments, Lane& lane) {
  const BatchNormBackward<T> batch(arguments);
  const Parts rows(batch.rows, arguments.rowParts);
  forEachStripOfParts(arguments, lane, [&](Index part, auto strip) {
    const Index begin = rows.start(part), end = rows.start(part + 1);
    batch.derivative ? batch.template finish<true>(strip, begin, end) : batch.template finish<false>(strip, begin, end);
  });
}

}  // namespace
}  // namespace handgrad
