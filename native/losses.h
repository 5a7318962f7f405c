// softmax and cross-entropy, one row at a time; e^(logit − maximum) cannot overflow, and its sum is at least 1.
#pragma once

#include <math.h>

#include "functions.h"

namespace handgrad {
namespace {

inline void planRows(Arguments& arguments, Index) {
  const Index rows = sizeOf(arguments, 0), columns = sizeOf(arguments, 1);
  constexpr Index itemElements = 1024;
  arguments.items = smaller(rows, divideUp(rows * columns, itemElements));
}

template <class T>
double rowMaximum(const T* logits, Index classes) {
  const auto largest = [](double a, double b) { return a > b || a != a ? a : b; };
  Wide maximum = Wide{} - __builtin_inf();
  forEachWide(0, classes, [&](Index j, Index count) {
    maximum = larger(loadSome(logits + j, count, T(-__builtin_inf())), maximum);
  });
  return reduce(maximum, largest);
}

/** p = e^(logits − maximum), and the sum of the row in double. */
template <class T>
double exponentials(T* p, const T* logits, Index classes, double maximum) {
  Wide sum = {};
  forEachWide(0, classes, [&](Index j, Index count) {
    const Wide e = exp<double, Real<T>::lastTerm>(loadSome(logits + j, count, T(-__builtin_inf())) - maximum);
    storeSome(p + j, count, e);
    sum += e;
  });
  return reduce(sum, [](double a, double b) { return a + b; });
}

template <class T>
void scaleRow(T* p, Index classes, double factor) {
  forEachWide(0, classes, [&](Index j, Index count) { storeSome(p + j, count, loadSome(p + j, count) * factor); });
}

template <class T>
void runSoftmax(const Arguments& arguments, Lane& lane) {
  T* const p = arrayOf<T>(arguments, 0);
  const T* const logits = arrayOf<T>(arguments, 1);
  const Index rows = sizeOf(arguments, 0), classes = sizeOf(arguments, 1);
  forEachUnit(arguments, lane, rows, [&](Index i) {
    const Index row = i * classes;
    const double sum = exponentials(p + row, logits + row, classes, rowMaximum(logits + row, classes));
    scaleRow(p + row, classes, 1.0 / sum);
  });
}

template <class T>
void runCrossEntropy(const Arguments& arguments, Lane& lane) {
  T* const losses = arrayOf<T>(arguments, 0);
  T* const dlogits = arrayOf<T>(arguments, 1);
  const T* const logits = arrayOf<T>(arguments, 2);
  const int* const labels = arrayOf<int>(arguments, 3);
  const Index rows = sizeOf(arguments, 0), classes = sizeOf(arguments, 1);
  const double scale = arguments.numbers[2];
  forEachUnit(arguments, lane, rows, [&](Index i) {
    const Index row = i * classes;
    const double maximum = rowMaximum(logits + row, classes);
    const double sum = exponentials(dlogits + row, logits + row, classes, maximum);
    T& answer = dlogits[row + labels[i]];
    const double p = answer / sum;  // not yet rounded to float: if p is close to 1, p − 1 would lose its digits
    scaleRow(dlogits + row, classes, scale / sum);
    answer = T(scale * (p - 1.0));
    losses[i] = T(::log(sum) - (double(logits[row + labels[i]]) - maximum));
  });
}

}  // namespace
}  // namespace handgrad
