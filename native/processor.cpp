#include "processor.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace handgrad {

#if defined(__x86_64__)
extern const InstructionSet instructionSet_avx512;
extern const InstructionSet instructionSet_avx2;
extern const InstructionSet instructionSet_baseline;
extern const Replacement bfloat16Kernels[];
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
  // These functions query the processor and the operating system, which must save the wider registers.
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

const Replacement* bfloat16For(const InstructionSet* set, const char*& problem) {
#if defined(__x86_64__)
  constexpr unsigned avx512bf16 = 1u << 5;  // of eax in leaf 7, subleaf 1
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) || !(eax & avx512bf16)) {
    problem = "this processor has no AVX512-BF16 instructions";
  } else if (!__builtin_cpu_supports("avx512vnni")) {
    problem = "this processor has no AVX512-VNNI instructions";
  } else if (set != &instructionSet_avx512) {
    problem = "only the instruction set avx512 has bfloat16";
  } else if (!bfloat16Kernels[0].kernel.run) {
    problem = "the compiler of this build does not support AVX512-BF16 instructions";
  } else {
    return bfloat16Kernels;
  }
#else
  (void)set;
  problem = "bfloat16 is not implemented for this processor";
#endif
  return nullptr;
}

}  // namespace handgrad
