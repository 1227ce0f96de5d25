// Follows the identity of a running program: when a next key is made, and when it takes over.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "base/log.h"
#include "net/key_rotation.h"
#include "net/tls.h"

namespace slipway::net {

class IdentityWatch {
 public:
  // `announced`: called when there is another key or next key than before: links that are made anew tell of
  // it.
  IdentityWatch(fs::path directory, Tls tls, base::Logger log, std::function<void()> announced);

  // Looks again and again, until it is cancelled.
  asio::awaitable<void> run();
  // What hello tells.
  std::optional<std::string> next_key() const { return next_key_; }

 private:
  bool worth_a_look();
  void look();
  bool take(const Identity& identity);

  fs::path directory_;
  Tls tls_;
  base::Logger log_;
  std::function<void()> announced_;
  std::optional<std::string> next_key_;
  std::optional<base::Time> from_;                          // when it takes over
  std::pair<fs::file_time_type, fs::file_time_type> seen_;  // when the files were written
  std::string told_;                                        // the error that was logged last
};

}  // namespace slipway::net
