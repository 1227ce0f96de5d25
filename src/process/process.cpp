#include "process/process.h"

namespace slipway::process {

void StopRequest::request() {
  requested_ = true;
  changed_.notify();
}

}  // namespace slipway::process
