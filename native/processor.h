// Chooses the instruction set.
#pragma once

#include "kernels.h"

namespace handgrad {

/**
 * The widest instruction set that this processor supports or, if a name is given, that one; null if this build or the processor
 * does not have it.
 */
const InstructionSet* instructionSetFor(const char* name);

/** The kernels in bfloat16 for this instruction set; the last entry has no `run`. Null, with the reason in `problem`, if there are none. */
const Replacement* bfloat16For(const InstructionSet* set, const char*& problem);

}  // namespace handgrad
