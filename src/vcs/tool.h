// Runs one command of git or svn. Everything that keeps it from ending by itself is an error here, so that
// callers look at the exit code only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "process/process.h"

namespace slipway::vcs {

namespace asio = boost::asio;

struct ToolIo {
  process::Sink shown;  // receives everything as it arrives, without credentials; none: nothing is shown
  std::function<base::Result<>(std::string_view)>
      take_out;  // receives standard output in place of Outcome::out
  process::StopRequest* stop = nullptr;
};

struct Outcome {
  int code = 0;
  std::string out;  // what is shown is kept too, its last part
  std::string err;  // the last part

  bool ok() const { return code == 0; }
};

asio::awaitable<base::Result<Outcome>> run_tool(process::Command command, ToolIo io);

// "git fetch", for sentences.
std::string command_name(const std::vector<std::string>& argv);

// Our own environment, as the builders want it.
std::map<std::string, std::string> inherited_environment();

}  // namespace slipway::vcs
