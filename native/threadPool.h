// Threads that run one operation at a time together with the calling thread, which is thread 0.
#pragma once

#include <pthread.h>

#include <atomic>

#include "kernels.h"

namespace handgrad {

constexpr int maximumThreads = 1024;

using Nanoseconds = long long;

struct ThreadPool;

/** What a thread has done since it started, up to a moment. */
struct Times {
  Nanoseconds now = 0;        // the moment
  Nanoseconds working = 0;    // in operations, with or without a core
  Nanoseconds sleeping = 0;   // waiting for an operation without using a core
  Nanoseconds processor = 0;  // with a core
};

/** A thread of a pool; thread 0 is the caller. */
struct Worker {
  ThreadPool* pool = nullptr;
  Lane lane{};
  pthread_t thread{};
  Times times{};   // of the other threads; written inside operations, read by the caller between them
  Times before{};  // at the start of the window
};

/**
 * Decides whether sharing operations pays. If other programs use the cores, a thread can lose its core in the middle of its
 * work, and all others wait for it. Then the caller works alone for a while and tries again.
 *
 * In a window of shared operations the threads do the work of Σ wᵢ·cᵢ seconds of one thread: wᵢ is the time that thread i was in
 * operations, cᵢ the part of its waking time in which it had a core. Alone, the caller would do the work of the window's length.
 */
class Sharing {
 public:
  void use(Worker* workers, int threads);

  /** Whether to share an operation that starts now. */
  bool pays(Nanoseconds now);

  /** Records that an operation was shared from `start` to `end`, and that its caller worked until `done`. */
  void note(Nanoseconds start, Nanoseconds done, Nanoseconds end);

 private:
  Nanoseconds usefulTime() const;

  Worker* workers_ = nullptr;
  int threads_ = 1;
  Nanoseconds shared_ = 0;   // the length of the window's operations
  Nanoseconds working_ = 0;  // the part of it in which the caller worked
  Nanoseconds aloneUntil_ = 0;
  Nanoseconds alone_ = 0;  // the duration of the last time alone
};

struct ThreadPool {
  /** A pool of `threads` threads, including the caller; null if the system cannot start them. */
  static ThreadPool* create(int threads);
  ~ThreadPool();

  /** Runs the kernel on all threads; false if a thread could not allocate memory (outputs are then undefined). */
  bool run(const Kernel& kernel, Arguments& arguments);

  int threads() const { return threads_; }

 private:
  friend bool takeItem(Lane& lane, Index& item);
  friend void* scratchOf(Lane& lane);

  /** A thread's share of the items, in its own cache line. Other threads take from it when theirs are finished. */
  struct alignas(64) Share {
    std::atomic<Index> next{0};
    Index end = 0;
  };
  ThreadPool() = default;
  static void* workerMain(void* worker);
  void work(Worker& worker);
  void wakeSleepers();

  // The state in one word, so that opening, joining and closing an operation are single atomic steps: the operation's number
  // in the upper half, whether threads may still join, and how many have joined and not finished.
  static constexpr unsigned long long numberUnit = 1ull << 32;
  static constexpr unsigned long long openBit = 1ull << 31;
  static constexpr unsigned long long joinedMask = openBit - 1;

  alignas(64) std::atomic<unsigned long long> state_{0};
  alignas(64) std::atomic<int> sleeping_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  const Kernel* kernel_ = nullptr;
  const Arguments* arguments_ = nullptr;
  int threads_ = 1;
  int sharing_ = 1;  // the number of shares of this operation's items
  int started_ = 0;
  int spinRounds_ = 0;
  Sharing sharingPays_;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER;
  Share* shares_ = nullptr;
  Worker* workers_ = nullptr;
};

}  // namespace handgrad
