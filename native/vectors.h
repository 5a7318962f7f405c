// Vectors with the width of the instruction set that this file is compiled for. Arithmetic uses the vector extensions of GCC and
// Clang, so one source works for AVX-512, AVX2, NEON and SSE2.
#pragma once

#include "kernels.h"

namespace handgrad {
namespace {

#if defined(__AVX512F__)
constexpr int vectorBytes = 64;
#elif defined(__AVX2__)
constexpr int vectorBytes = 32;
#else
constexpr int vectorBytes = 16;
#endif

template <class T, int bytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(bytes)));
};
template <class T, int bytes = vectorBytes>
using Vector = typename VectorOf<T, bytes>::type;

template <class V>
inline V load(const void* from) {  // a copy of known size is one unaligned load
  V value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

template <class V>
inline void store(void* to, V value) {
  __builtin_memcpy(to, &value, sizeof value);
}

/** The first `count` numbers from `from` on, then zeros. Nothing after them is read. */
template <class T>
inline Vector<T> loadFirst(const T* from, Index count) {
  constexpr Index lanes = vectorBytes / sizeof(T);
  if (count == lanes) return load<Vector<T>>(from);
  Vector<T> value = {};
  __builtin_memcpy(&value, from, count * sizeof(T));
  return value;
}

template <class T>
inline void storeFirst(T* to, Index count, Vector<T> value) {
  constexpr Index lanes = vectorBytes / sizeof(T);
  if (count == lanes) return store(to, value);
  __builtin_memcpy(to, &value, count * sizeof(T));
}

template <class To, class From>
inline To bitCast(From value) {
  static_assert(sizeof(To) == sizeof(From), "a bit cast keeps the size");
  To result;
  __builtin_memcpy(&result, &value, sizeof result);
  return result;
}

inline Index divideUp(Index a, Index b) { return (a + b - 1) / b; }
inline Index smaller(Index a, Index b) { return a < b ? a : b; }
inline Index larger(Index a, Index b) { return a > b ? a : b; }

/** A length in `count` nearly equal parts, the longer ones first, with one division for any number of parts. */
struct Parts {
  Index shorter, longer;
  Parts(Index length, Index count) : shorter(length / count), longer(length % count) {}
  Index start(Index part) const { return part * shorter + smaller(part, longer); }
  Index size(Index part) const { return shorter + (part < longer); }
};

template <class T>
inline T* arrayOf(const Arguments& arguments, int position) {
  return static_cast<T*>(arguments.arrays[position]);
}
inline Index sizeOf(const Arguments& arguments, int position) {
  return static_cast<Index>(arguments.numbers[position]);
}

/** Calls `body(unit)` for the units of this thread, of `count` that the items divide. */
template <class Body>
inline void forEachUnit(const Arguments& arguments, Lane& lane, Index count, Body body) {
  const Parts parts(count, arguments.items);
  Index item;
  while (takeItem(lane, item)) {
    for (Index unit = parts.start(item); unit < parts.start(item + 1); unit++) body(unit);
  }
}

/** Takes the first item of this thread and returns its memory; null without an item or without memory. */
template <class T>
inline T* takeFirst(Lane& lane, Index& item) {
  return takeItem(lane, item) ? static_cast<T*>(scratchOf(lane)) : nullptr;
}

}  // namespace
}  // namespace handgrad
