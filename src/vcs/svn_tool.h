// svn, run in one directory.
#pragma once

#include <string>

#include "vcs/failure.h"
#include "vcs/svn_parse.h"
#include "vcs/tool.h"

namespace slipway::vcs {

struct Svn {
  SvnSettings settings;
  std::string url;      // for sentences
  process::Sink shown;  // what show() prints
  process::StopRequest* stop = nullptr;

  // Errors are those of run_tool; the exit code is the caller's to judge.
  asio::awaitable<base::Result<Outcome>> ask(Args argv) const;
  asio::awaitable<base::Result<Outcome>> ask_into(Args argv,
                                                  std::function<base::Result<>(std::string_view)> take) const;
  asio::awaitable<base::Result<Outcome>> show(Args argv) const;

  // An exit code other than 0 is an error, too.
  asio::awaitable<base::Result<std::string>> must(Args argv) const;

  base::Error error(const Args& argv, const Outcome& outcome) const;

  asio::awaitable<base::Result<SvnInfo>> info() const;
  asio::awaitable<base::Result<std::vector<SvnEntry>>> status() const;
};

}  // namespace slipway::vcs
