// Hashes passwords beside the event loop: two at once, which bounds the memory, and so many that wait, which
// bounds the time that somebody who logs in has to wait.
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>

#include "base/error.h"

namespace slipway::server::access {

namespace asio = boost::asio;

class Hasher {
 public:
  Hasher() = default;
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  asio::awaitable<base::Result<std::string>> hash(std::string password);
  // ErrorCode::unavailable: too many wait already.
  asio::awaitable<base::Result<bool>> verify(std::string hash, std::string password);

 private:
  template <class Function>
  asio::awaitable<base::Result<std::invoke_result_t<Function>>> run(Function function);

  std::size_t under_way_ = 0;
  asio::thread_pool pool_{2};
};

}  // namespace slipway::server::access
