#include "net/name_lookup.h"

#include <netdb.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "async/event.h"

namespace slipway::net {
namespace {

// What the one who waits and the thread that asks have in common. Either may be gone first.
struct Question {
  explicit Question(const asio::any_io_executor& executor) : answered(executor) {}

  std::mutex mutex;
  bool dropped = false;  // nobody waits any more, and the event loop may be gone
  std::optional<base::Result<Endpoints>> answer;
  async::Event answered;
};

void answer(const std::shared_ptr<Question>& question, const asio::any_io_executor& executor,
            base::Result<Endpoints> answer) {
  const std::lock_guard lock(question->mutex);
  if (question->dropped) return;
  asio::post(executor, [question, answer = std::move(answer)]() mutable {
    question->answer = std::move(answer);
    question->answered.notify();
  });
}

// The thread has no owner: nothing can end a getaddrinfo(), and waiting for it is what must not happen.
base::Result<> ask_alone(const std::shared_ptr<Question>& question, asio::any_io_executor executor,
                         std::string host, std::uint16_t port, Lookup lookup) {
  try {
    std::thread([question, executor = std::move(executor), host = std::move(host), port,
                 lookup = std::move(lookup)] {
      answer(question, executor, lookup(host, port));
    }).detach();
  } catch (const std::system_error& error) {
    return base::fail(base::ErrorCode::unavailable, "no thread can be started: {}", error.what());
  }
  return {};
}

class DropAtEnd {
 public:
  explicit DropAtEnd(std::shared_ptr<Question> question) : question_(std::move(question)) {}
  ~DropAtEnd() {
    const std::lock_guard lock(question_->mutex);
    question_->dropped = true;
  }
  DropAtEnd(const DropAtEnd&) = delete;
  DropAtEnd& operator=(const DropAtEnd&) = delete;

 private:
  std::shared_ptr<Question> question_;
};

}  // namespace

base::Result<Endpoints> ask_system(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return base::fail(base::ErrorCode::unavailable, "the name {} cannot be resolved: {}", host,
                      ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Endpoints endpoints;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoint.resize(one->ai_addrlen);
    endpoint.port(port);
    endpoints.push_back(endpoint);
  }
  return endpoints;
}

asio::awaitable<base::Result<Endpoints>> resolve(std::string host, std::uint16_t port, Lookup lookup) {
  boost::system::error_code is_a_name;
  const auto address = asio::ip::make_address(host, is_a_name);
  if (!is_a_name) co_return Endpoints{{address, port}};
  const auto executor = co_await asio::this_coro::executor;
  const auto question = std::make_shared<Question>(executor);
  const DropAtEnd drop(question);
  if (auto asked = ask_alone(question, executor, std::move(host), port, std::move(lookup)); !asked)
    co_return std::unexpected(asked.error());
  while (!question->answer) co_await question->answered.wait();
  co_return std::move(*question->answer);
}

}  // namespace slipway::net
