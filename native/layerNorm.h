// Layer normalization, forward and backward, the counterpart of src/kernels/scalarNorms.ts. Sums are double for both types. A second
// pass around the mean avoids cancellation.
#pragma once

#include "losses.h"
#include "strips.h"

namespace handgrad {
namespace {

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
  forEachUnit(arguments, lane, rows, [&](Index row) {
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
  });
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
  forEachUnit(arguments, lane, strips + arguments.rowParts, [&](Index part) {
    if (part < strips) {
      layer.sumColumns(part * stripColumns, smaller(columns, (part + 1) * stripColumns));
    } else {
      for (Index i = rowParts.start(part - strips); i < rowParts.start(part - strips + 1); i++) layer.row(i);
    }
  });
}

}  // namespace
}  // namespace handgrad
