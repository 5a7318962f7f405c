// Which instruction set to use here.
#pragma once

#include "kernels.h"

namespace handgrad {

/** The widest set that this processor supports or, where a name is given, that one; null when it is not in this build or the
 * processor lacks it. */
const InstructionSet* instructionSetFor(const char* name);

/** The kernels in bfloat16 beside those of this set, ended by an entry without `run`; null, and why, where there are none. */
const Replacement* bfloat16For(const InstructionSet* set, const char*& problem);

}  // namespace handgrad
