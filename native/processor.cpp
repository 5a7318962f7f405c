#include "processor.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace handgrad {

#if defined(__x86_64__)
extern const InstructionSet instructionSet_avx512;
extern const InstructionSet instructionSet_avx2;
extern const InstructionSet instructionSet_baseline;
extern const Replacement bfloat16Kernels[];
extern const Replacement amxKernels[];
#else
extern const InstructionSet instructionSet_neon;
#endif

namespace {

struct Candidate {
  Choice choice;
  bool supported;
};

#if defined(__x86_64__)
/** A register of leaf 7: the processor's extensions. */
unsigned extensions(unsigned subleaf, int registerNumber) {
  unsigned registers[4] = {};
  if (!__get_cpuid_count(7, subleaf, &registers[0], &registers[1], &registers[2], &registers[3])) return 0;
  return registers[registerNumber];
}

/** Why this processor or this build has no products of pairs; null if it has. */
const char* problemOfPairs() {
  constexpr unsigned avx512bf16 = 1u << 5;
  if (!(extensions(1, 0) & avx512bf16)) return "this processor has no AVX512-BF16 instructions";
  if (!__builtin_cpu_supports("avx512vnni")) return "this processor has no AVX512-VNNI instructions";
  if (!bfloat16Kernels[0].kernel.run) return "the compiler of this build does not support AVX512-BF16 instructions";
  return nullptr;
}

/** Whether the processor has matrix tiles and the system allows them; a process has to ask for their large state. */
bool hasAmx() {
  constexpr unsigned amxBf16 = 1u << 22, amxTile = 1u << 24;
  if ((~extensions(0, 3) & (amxBf16 | amxTile)) != 0 || !amxKernels[0].kernel.run) return false;
#if defined(__linux__)
  constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}
#endif

}  // namespace

Choice choose(const char* name) {
#if defined(__x86_64__)
  // These functions query the processor and the operating system, which must save the wider registers.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  const char* const problem = problemOfPairs();
  const char* const narrow = problem ? problem : "only the instruction sets avx512 and amx have bfloat16";
  const Candidate widestFirst[] = {
      {{"amx", &instructionSet_avx512, amxKernels, nullptr}, avx512 && !problem && hasAmx()},
      {{"avx512", &instructionSet_avx512, problem ? nullptr : bfloat16Kernels, problem}, avx512},
      {{"avx2", &instructionSet_avx2, nullptr, narrow}, avx2},
      {{"baseline", &instructionSet_baseline, nullptr, narrow}, true},
  };
#else
  const Candidate widestFirst[] = {{{"neon", &instructionSet_neon, nullptr, "bfloat16 is not implemented for this processor"}, true}};
#endif
  for (const Candidate& candidate : widestFirst) {
    if (candidate.supported && (!name[0] || strcmp(name, candidate.choice.name) == 0)) return candidate.choice;
  }
  return {"", nullptr, nullptr, "this processor or this build does not have this instruction set"};
}

}  // namespace handgrad
