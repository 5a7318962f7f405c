#include "processor.h"

#include <string.h>

namespace handgrad {

#if defined(__x86_64__)
extern const InstructionSet instructionSet_avx512;
extern const InstructionSet instructionSet_avx2;
extern const InstructionSet instructionSet_baseline;
#else
extern const InstructionSet instructionSet_neon;
#endif

namespace {

struct Candidate {
  const InstructionSet* set;
  bool supported;
};

}  // namespace

const InstructionSet* instructionSetFor(const char* name) {
#if defined(__x86_64__)
  // These ask the processor and the operating system, which must save the wider registers.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  const Candidate widestFirst[] = {
      {&instructionSet_avx512, avx512}, {&instructionSet_avx2, avx2}, {&instructionSet_baseline, true}};
#else
  const Candidate widestFirst[] = {{&instructionSet_neon, true}};
#endif
  for (const Candidate& candidate : widestFirst) {
    if (candidate.supported && (!name[0] || strcmp(name, candidate.set->name) == 0)) return candidate.set;
  }
  return nullptr;
}

}  // namespace handgrad
