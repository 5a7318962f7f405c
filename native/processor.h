// Which instruction set to use here.
#pragma once

#include "kernels.h"

namespace handgrad {

/** The widest set that this processor supports or, where a name is given, that one; null when it is not in this build or the
 * processor lacks it. */
const InstructionSet* instructionSetFor(const char* name);

}  // namespace handgrad
