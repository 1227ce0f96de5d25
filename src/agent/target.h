// A working copy, as messages name it and as the library for git and svn does.
#pragma once

#include "vcs/types.h"
#include "wire/message.h"

namespace slipway::agent {

vcs::Spec to_spec(const wire::Target& target);
wire::Target to_target(const vcs::Spec& spec);

}  // namespace slipway::agent
