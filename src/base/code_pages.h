// The memory that a program's own code takes while it waits.
#pragma once

namespace slipway::base {

// Takes the pages of code and constants, the libraries' as well, out of this process's memory; the system has
// them in its cache, and gives those back that are used again. Worth it after work that is rare and touches
// much, such as a TLS handshake.
void release_code_pages();

}  // namespace slipway::base
