#include "threadPool.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <new>

namespace handgrad {
namespace {

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

Nanoseconds timeOf(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

constexpr Nanoseconds millisecond = 1'000'000;

}  // namespace

void Sharing::use(Worker* workers, int threads) {
  workers_ = workers;
  threads_ = threads;
}

bool Sharing::pays(Nanoseconds now) {
  if (now < aloneUntil_) return false;
  if (shared_ == 0) {
    workers_[0].before.processor = timeOf(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 1; i < threads_; i++) workers_[i].before = workers_[i].times;
  }
  return true;
}

void Sharing::note(Nanoseconds start, Nanoseconds done, Nanoseconds end) {
  constexpr Nanoseconds window = 30 * millisecond, shortest = 40 * millisecond, longest = 1280 * millisecond;
  shared_ += end - start;
  working_ += done - start;
  if (shared_ < window) return;
  // One thread is more predictable, so sharing must be better by a tenth.
  if (usefulTime() * 10 < shared_ * 11) {
    alone_ = alone_ == 0 ? shortest : alone_ * 2 < longest ? alone_ * 2 : longest;
    aloneUntil_ = end + alone_;
  } else {
    alone_ = alone_ / 2 < shortest ? 0 : alone_ / 2;
  }
  shared_ = working_ = 0;
}

Nanoseconds Sharing::usefulTime() const {
  const auto useful = [](Nanoseconds working, Nanoseconds awake, Nanoseconds processor) {
    return processor < awake ? static_cast<Nanoseconds>(static_cast<double>(working) * processor / awake) : working;
  };
  // Between operations the caller may wait for other things, so only the operations count for it.
  Nanoseconds sum = useful(working_, shared_, timeOf(CLOCK_THREAD_CPUTIME_ID) - workers_[0].before.processor);
  for (int i = 1; i < threads_; i++) {
    const Times &times = workers_[i].times, &before = workers_[i].before;
    const Nanoseconds awake = times.now - before.now - (times.sleeping - before.sleeping);
    sum += useful(times.working - before.working, awake, times.processor - before.processor);
  }
  return sum;
}

bool takeItem(Lane& lane, Index& item) {
  ThreadPool& pool = *lane.pool;
  const int sharing = pool.sharing_;
  for (int turn = 0; turn < sharing; turn++) {
    ThreadPool::Share& share = pool.shares_[(lane.thread + turn) % sharing];
    if (share.next.load(std::memory_order_relaxed) >= share.end) continue;
    item = share.next.fetch_add(1, std::memory_order_relaxed);
    if (item < share.end) return true;
  }
  return false;
}

void* scratchOf(Lane& lane) {
  if (!lane.scratch && posix_memalign(&lane.scratch, 4096, scratchBytes) != 0) {
    lane.scratch = nullptr;
    lane.pool->failed_.store(true, std::memory_order_relaxed);
  }
  return lane.scratch;
}

ThreadPool* ThreadPool::create(int threads) {
  ThreadPool* const pool = new (std::nothrow) ThreadPool();
  if (!pool) return nullptr;
  pool->threads_ = threads;
  pool->shares_ = new (std::nothrow) Share[threads];
  pool->workers_ = new (std::nothrow) Worker[threads];
  if (!pool->shares_ || !pool->workers_) {
    pool->threads_ = 0;
    delete pool;
    return nullptr;
  }
  pool->sharingPays_.use(pool->workers_, threads);
  // Spinning pays if every thread has a core. With more threads than cores, it would take the core from a working thread.
  pool->spinRounds_ = threads <= sysconf(_SC_NPROCESSORS_ONLN) ? 20000 : 0;
  for (int i = 0; i < threads; i++) {
    pool->workers_[i].pool = pool;
    pool->workers_[i].lane = {pool, i, nullptr};
    pool->workers_[i].times.now = timeOf(CLOCK_MONOTONIC);
  }
  for (int i = 1; i < threads; i++) {
    if (pthread_create(&pool->workers_[i].thread, nullptr, workerMain, &pool->workers_[i]) != 0) {
      delete pool;
      return nullptr;
    }
    pool->started_ = i;
  }
  return pool;
}

ThreadPool::~ThreadPool() {
  stopping_.store(true);
  pthread_mutex_lock(&mutex_);
  pthread_cond_broadcast(&wake_);
  pthread_mutex_unlock(&mutex_);
  for (int i = 1; i <= started_; i++) pthread_join(workers_[i].thread, nullptr);
  for (int i = 0; i < threads_; i++) free(workers_[i].lane.scratch);
  delete[] shares_;
  delete[] workers_;
  pthread_cond_destroy(&wake_);
  pthread_mutex_destroy(&mutex_);
}

bool ThreadPool::run(const Kernel& kernel, Arguments& arguments) {
  const Nanoseconds start = threads_ > 1 ? timeOf(CLOCK_MONOTONIC) : 0;
  const int threads = sharingPays_.pays(start) ? threads_ : 1;
  kernel.plan(arguments, threads);
  const Index items = arguments.items;
  failed_.store(false, std::memory_order_relaxed);
  kernel_ = &kernel;
  arguments_ = &arguments;
  const bool together = threads > 1 && items > 1;
  sharing_ = together ? threads : 1;
  // Neighbouring items are given to one thread: what it writes now is in its cache when the next operation reads it.
  for (int i = 0; i < sharing_; i++) {
    shares_[i].next.store(items * i / sharing_, std::memory_order_relaxed);
    shares_[i].end = items * (i + 1) / sharing_;
  }
  if (!together) {
    kernel.run(arguments, workers_[0].lane);
    return !failed_.load(std::memory_order_relaxed);
  }

  const unsigned long long number = (state_.load(std::memory_order_relaxed) / numberUnit + 1) * numberUnit;
  state_.store(number | openBit);
  if (sleeping_.load() > 0) wakeSleepers();
  kernel.run(arguments, workers_[0].lane);
  // All items are taken. Threads that have not joined yet are not needed, so a thread that wakes slowly delays no other.
  state_.fetch_and(~openBit);
  const Nanoseconds done = timeOf(CLOCK_MONOTONIC);
  for (int round = 0; (state_.load(std::memory_order_acquire) & joinedMask) != 0; round++) {
    if (round < spinRounds_ / 10) {
      pause();
    } else {
      sched_yield();
    }
  }
  sharingPays_.note(start, done, timeOf(CLOCK_MONOTONIC));
  return !failed_.load(std::memory_order_relaxed);
}

void ThreadPool::wakeSleepers() {
  pthread_mutex_lock(&mutex_);
  pthread_cond_broadcast(&wake_);
  pthread_mutex_unlock(&mutex_);
}

void* ThreadPool::workerMain(void* argument) {
  Worker& worker = *static_cast<Worker*>(argument);
  worker.pool->work(worker);
  return nullptr;
}

void ThreadPool::work(Worker& worker) {
  unsigned long long seen = 0;
  Times times = worker.times;
  for (;;) {
    const auto nothingNew = [&] { return state_.load() / numberUnit == seen && !stopping_.load(); };
    for (int round = 0; round < spinRounds_ && nothingNew(); round++) pause();
    if (nothingNew()) {
      // The caller publishes the operation and then looks for sleeping threads. This thread counts itself as sleeping and then
      // looks for an operation. So one of the two sees the other.
      pthread_mutex_lock(&mutex_);
      sleeping_.fetch_add(1);
      const Nanoseconds start = timeOf(CLOCK_MONOTONIC);
      while (nothingNew()) pthread_cond_wait(&wake_, &mutex_);
      times.sleeping += timeOf(CLOCK_MONOTONIC) - start;
      sleeping_.fetch_sub(1);
      pthread_mutex_unlock(&mutex_);
    }
    if (stopping_.load()) return;
    unsigned long long state = state_.load();
    seen = state / numberUnit;
    while ((state & openBit) && state / numberUnit == seen) {
      if (!state_.compare_exchange_weak(state, state + 1)) continue;
      const Nanoseconds start = timeOf(CLOCK_MONOTONIC);
      kernel_->run(*arguments_, worker.lane);
      times.now = timeOf(CLOCK_MONOTONIC);
      times.working += times.now - start;
      // The processor time is a system call, so it is not asked for after each of the small operations.
      if (times.now - worker.times.now > millisecond) {
        times.processor = timeOf(CLOCK_THREAD_CPUTIME_ID);
        worker.times = times;
      }
      state_.fetch_sub(1, std::memory_order_release);
      break;
    }
  }
}

}  // namespace handgrad
