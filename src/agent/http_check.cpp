#include "agent/http_check.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <optional>

#include "async/deadline.h"
#include "net/stream.h"

namespace slipway::agent {
namespace {

namespace http = boost::beast::http;
using base::ErrorCode;
using Parser = http::response_parser<http::empty_body>;

constexpr std::size_t max_head = std::size_t{8} << 10U;
// The limit stands around all of it.
constexpr base::Millis no_limit = std::chrono::hours{24};

enum class Progress { connecting, asked, answering };

std::string request_for(const base::HttpUrl& url) {
  std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: slipway-agent\r\nAccept: */*\r\nConnection: close\r\n",
      url.target, url.host);
  if (!url.authorization.empty()) request += fmt::format("Authorization: {}\r\n", url.authorization);
  return request + "\r\n";
}

// The head of one answer, as its bytes come in.
class Head {
 public:
  Head() { start(); }

  // The status, nothing while more is needed, or what is wrong with the answer.
  base::Result<std::optional<unsigned>> feed(std::string_view bytes) {
    size_ += bytes.size();
    pending_.append(bytes);
    for (;;) {
      boost::system::error_code error;
      pending_.erase(0, parser_->put(boost::asio::buffer(pending_), error));
      if (error == http::error::header_limit || size_ > max_head)
        return base::fail(ErrorCode::invalid, "answered with a head of more than {} bytes", max_head);
      if (error == http::error::need_more) return std::nullopt;
      if (error) {
        return base::fail(ErrorCode::invalid, "answered with something that is not HTTP ({})",
                          error.message());
      }
      if (!parser_->is_header_done()) return std::nullopt;
      const unsigned status = parser_->get().result_int();
      if (!is_interim(status)) return status;
      start();
    }
  }

 private:
  // "103 Early Hints": the answer itself is still to come.
  static bool is_interim(unsigned status) { return status >= 100 && status < 200 && status != 101; }

  void start() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(max_head));
    // The body may be as long as it likes: nobody reads it.
    parser_->body_limit(boost::none);
  }

  std::optional<Parser> parser_;
  std::string pending_;
  std::size_t size_ = 0;
};

base::Error broken(const boost::system::error_code& error, Progress progress) {
  if (error != asio::error::eof) return {ErrorCode::io, "broke the connection: " + error.message()};
  return {ErrorCode::io, progress == Progress::answering ? "closed the connection in the middle of its answer"
                                                         : "closed the connection without an answer"};
}

asio::awaitable<base::Result<unsigned>> read_status(net::Tcp::socket& socket, Progress& progress) {
  Head head;
  std::array<char, 2048> piece{};
  for (;;) {
    const auto [error, size] =
        co_await socket.async_read_some(asio::buffer(piece), asio::as_tuple(asio::use_awaitable));
    if (error) co_return std::unexpected(broken(error, progress));
    progress = Progress::answering;
    const auto status = head.feed({piece.data(), size});
    if (!status) co_return std::unexpected(status.error());
    if (*status) co_return **status;
  }
}

asio::awaitable<base::Result<unsigned>> ask(base::HttpUrl url, Progress& progress) {
  auto socket = co_await net::connect(url.address.host, url.address.port, no_limit);
  if (!socket) co_return std::unexpected(socket.error());
  progress = Progress::asked;
  const std::string request = request_for(url);
  const auto [error, size] =
      co_await asio::async_write(*socket, asio::buffer(request), asio::as_tuple(asio::use_awaitable));
  if (error) co_return std::unexpected(broken(error, progress));
  co_return co_await read_status(*socket, progress);
}

std::string too_late(const base::HttpUrl& url, Progress progress, base::Millis limit) {
  const std::string time = base::format_duration(limit);
  switch (progress) {
    case Progress::connecting:
      return fmt::format("cannot be reached within {} (connecting to {})", time, url.address.text());
    case Progress::asked:
      return fmt::format("gave no answer within {}", time);
    case Progress::answering:
      break;
  }
  return fmt::format("began to answer, but had not answered after {}", time);
}

}  // namespace

asio::awaitable<base::Result<unsigned>> ask_status(base::HttpUrl url, base::Millis limit) {
  Progress progress = Progress::connecting;
  const auto status = co_await async::within(limit, url.shown, ask(url, progress));
  if (status) co_return *status;
  if (status.error().code == ErrorCode::timeout)
    co_return base::fail(ErrorCode::timeout, "{} {}", url.shown, too_late(url, progress, limit));
  const char* const separator = progress == Progress::connecting ? ":" : "";
  co_return base::fail(status.error().code, "{}{} {}", url.shown, separator, status.error().message);
}

}  // namespace slipway::agent
