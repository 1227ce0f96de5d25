#include "server/access/hasher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/access/crypto.h"

namespace slipway::server::access {
namespace {

constexpr std::size_t most_under_way = 32;

class Count {
 public:
  explicit Count(std::size_t& count) : count_(count) { ++count_; }
  ~Count() { --count_; }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;

 private:
  std::size_t& count_;
};

template <class Function>
asio::awaitable<std::invoke_result_t<Function>> call(Function function) {
  co_return function();
}

}  // namespace

Hasher::~Hasher() {
  pool_.stop();
  pool_.join();
}

template <class Function>
asio::awaitable<base::Result<std::invoke_result_t<Function>>> Hasher::run(Function function) {
  if (under_way_ >= most_under_way)
    co_return base::fail(base::ErrorCode::unavailable,
                         "too many people log in at this moment; try again in some seconds");
  const Count counted{under_way_};
  co_return co_await asio::co_spawn(pool_, call(std::move(function)), asio::use_awaitable);
}

asio::awaitable<base::Result<std::string>> Hasher::hash(std::string password) {
  auto hash = co_await run([password = std::move(password)] { return hash_password(password); });
  if (hash && hash->empty())
    co_return base::fail(base::ErrorCode::unavailable,
                         "there is not enough memory to hash a password (64 MiB)");
  co_return hash;
}

asio::awaitable<base::Result<bool>> Hasher::verify(std::string hash, std::string password) {
  co_return co_await run(
      [hash = std::move(hash), password = std::move(password)] { return verify_password(hash, password); });
}

}  // namespace slipway::server::access
