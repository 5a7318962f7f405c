// Chooses the kernels for this processor.
#pragma once

#include "kernels.h"

namespace handgrad {

/** The kernels of an instruction set. */
struct Choice {
  const char* name;
  const InstructionSet* kernels;  // null if this build or the processor does not have them
  const Replacement* bfloat16;    // the last entry has no `run`; null if there are none
  const char* problem;            // why there are none
};

/**
 * The widest instruction set that this processor supports or, if a name is given, that one. "amx" has the kernels of avx512, and
 * other kernels in bfloat16.
 */
Choice choose(const char* name);

}  // namespace handgrad
