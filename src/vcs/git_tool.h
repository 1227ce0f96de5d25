// git, run in one directory.
#pragma once

#include <string>

#include "vcs/failure.h"
#include "vcs/git_commands.h"
#include "vcs/place.h"
#include "vcs/tool.h"

namespace slipway::vcs {

struct Git {
  GitSettings settings;
  std::string url;      // for sentences
  process::Sink shown;  // what show() prints
  process::StopRequest* stop = nullptr;

  // Errors are those of run_tool; the exit code is the caller's to judge.
  asio::awaitable<base::Result<Outcome>> ask(Args args) const;
  asio::awaitable<base::Result<Outcome>> ask_into(Args args,
                                                  std::function<base::Result<>(std::string_view)> take) const;
  asio::awaitable<base::Result<Outcome>> show(Args args) const;
  asio::awaitable<base::Result<Outcome>> show_submodules(Args args) const;

  // An exit code other than 0 is an error, too.
  asio::awaitable<base::Result<std::string>> must(Args args) const;

  base::Error error(const Args& args, const Outcome& outcome) const;
};

}  // namespace slipway::vcs
