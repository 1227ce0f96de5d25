#include "net/proxy.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "async/deadline.h"
#include "base/encoding.h"
#include "base/text.h"

namespace slipway::net {
namespace {

using base::ErrorCode;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_head = 8192;

asio::awaitable<base::Result<>> say(Tcp::socket& socket, std::string bytes) {
  const auto [error, size] = co_await asio::async_write(socket, asio::buffer(bytes), quietly);
  if (error) co_return base::fail(ErrorCode::unavailable, "it ended the connection ({})", error.message());
  co_return base::Result<>{};
}

asio::awaitable<base::Result<std::string>> hear(Tcp::socket& socket, std::size_t count) {
  std::string bytes(count, '\0');
  const auto [error, size] = co_await asio::async_read(socket, asio::buffer(bytes), quietly);
  if (error) co_return base::fail(ErrorCode::unavailable, "it ended the connection ({})", error.message());
  co_return bytes;
}

// Byte by byte: what follows the empty line belongs to somebody else.
asio::awaitable<base::Result<std::string>> hear_head(Tcp::socket& socket) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    if (head.size() >= max_head) co_return base::fail(ErrorCode::invalid, "it answered with too much");
    auto byte = co_await hear(socket, 1);
    if (!byte) co_return byte;
    head += *byte;
  }
  co_return head;
}

base::Result<> check_status(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  if (!line.starts_with("HTTP/1.")) return base::fail(ErrorCode::invalid, "it is no HTTP proxy");
  const std::string_view status = line.substr(std::min(line.find(' '), line.size()));
  if (status.starts_with(" 2")) return {};
  if (status.starts_with(" 407"))
    return base::fail(ErrorCode::invalid, "it wants a user and a password: http://USER:PASSWORD@HOST:PORT");
  return base::fail(ErrorCode::unavailable, "it refused with{}", base::printable(base::shorten(status, 100)));
}

asio::awaitable<base::Result<>> ask_http(Tcp::socket& socket, Proxy proxy, std::string host,
                                         std::uint16_t port) {
  const std::string target = base::Address{host, port}.text();
  std::string request =
      fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: slipway-agent\r\n", target);
  if (!proxy.user.empty())
    request +=
        fmt::format("Proxy-Authorization: Basic {}\r\n", base::base64(proxy.user + ":" + proxy.password));
  if (auto said = co_await say(socket, request + "\r\n"); !said) co_return said;
  const auto head = co_await hear_head(socket);
  co_return head ? check_status(*head) : std::unexpected(head.error());
}

// SOCKS5 counts lengths in one byte.
std::string counted(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}

asio::awaitable<base::Result<>> log_in(Tcp::socket& socket, const Proxy& proxy) {
  if (auto said = co_await say(socket, "\x01" + counted(proxy.user) + counted(proxy.password)); !said)
    co_return said;
  const auto answer = co_await hear(socket, 2);
  if (!answer) co_return std::unexpected(answer.error());
  if ((*answer)[1] != 0)
    co_return base::fail(ErrorCode::invalid, "it does not accept the user and the password");
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> greet_socks(Tcp::socket& socket, const Proxy& proxy) {
  const bool has_user = !proxy.user.empty();
  const std::string greeting = has_user ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3);
  if (auto said = co_await say(socket, greeting); !said) co_return said;
  const auto choice = co_await hear(socket, 2);
  if (!choice) co_return std::unexpected(choice.error());
  if ((*choice)[0] != 5) co_return base::fail(ErrorCode::invalid, "it is no SOCKS5 proxy");
  if ((*choice)[1] == 0) co_return base::Result<>{};
  if ((*choice)[1] == 2 && has_user) co_return co_await log_in(socket, proxy);
  co_return base::fail(ErrorCode::invalid,
                       "it wants a way to log in that is not known here, or a user and a "
                       "password: socks5://USER:PASSWORD@HOST:PORT");
}

std::string_view socks_refusal(unsigned char code) {
  constexpr std::array<std::string_view, 9> texts{"",
                                                  "it failed",
                                                  "its rules forbid it",
                                                  "the network is unreachable",
                                                  "the host is unreachable",
                                                  "the connection was refused",
                                                  "it took too long",
                                                  "it cannot do that",
                                                  "it does not know such addresses"};
  return code < texts.size() ? texts[code] : "it failed";
}

// Where the proxy's own end is: of no interest, but it has to be read.
asio::awaitable<base::Result<>> skip_address(Tcp::socket& socket, char kind) {
  std::size_t length = kind == 4 ? 16 : 4;
  if (kind == 3) {
    const auto size = co_await hear(socket, 1);
    if (!size) co_return std::unexpected(size.error());
    length = static_cast<unsigned char>((*size)[0]);
  }
  const auto rest = co_await hear(socket, length + 2);
  if (!rest) co_return std::unexpected(rest.error());
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> ask_socks(Tcp::socket& socket, Proxy proxy, std::string host,
                                          std::uint16_t port) {
  if (auto greeted = co_await greet_socks(socket, proxy); !greeted) co_return greeted;
  std::string request("\x05\x01\x00\x03", 4);
  request += counted(host) + static_cast<char>(port >> 8U) + static_cast<char>(port & 255U);
  if (auto said = co_await say(socket, request); !said) co_return said;
  const auto answer = co_await hear(socket, 4);
  if (!answer) co_return std::unexpected(answer.error());
  const auto code = static_cast<unsigned char>((*answer)[1]);
  if (code != 0) co_return base::fail(ErrorCode::unavailable, "{}", socks_refusal(code));
  co_return co_await skip_address(socket, (*answer)[3]);
}

asio::awaitable<base::Result<Tcp::socket>> connect_and_ask(Proxy proxy, std::string host, std::uint16_t port,
                                                           base::Millis limit) {
  auto socket = co_await connect(proxy.address.host, proxy.address.port, limit);
  if (!socket) co_return std::unexpected(socket.error());
  const auto asked = proxy.kind == Proxy::Kind::http ? co_await ask_http(*socket, proxy, host, port)
                                                     : co_await ask_socks(*socket, proxy, host, port);
  if (!asked) co_return std::unexpected(asked.error());
  co_return std::move(*socket);
}

base::Result<Proxy::Kind> kind_of(std::string_view scheme) {
  if (scheme == "http") return Proxy::Kind::http;
  if (scheme == "socks5" || scheme == "socks5h") return Proxy::Kind::socks5;
  return base::fail(ErrorCode::invalid, "expected http://… or socks5://…");
}

}  // namespace

std::string Proxy::shown() const {
  return fmt::format("{}://{}", kind == Kind::http ? "http" : "socks5", address.text());
}

base::Result<Proxy> parse_proxy(std::string_view url) {
  const std::size_t colon = std::min(url.find("://"), url.size());
  const auto kind = kind_of(url.substr(0, colon));
  if (!kind) return std::unexpected(kind.error());
  std::string_view rest = url.substr(colon + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  Proxy proxy{.kind = *kind};
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = rest.substr(0, at);
    const std::size_t middle = std::min(who.find(':'), who.size());
    proxy.user = base::unescaped(who.substr(0, middle));
    proxy.password = base::unescaped(who.substr(std::min(middle + 1, who.size())));
    rest.remove_prefix(at + 1);
  }
  if (proxy.user.size() > 255 || proxy.password.size() > 255)
    return base::fail(ErrorCode::invalid, "the user or the password has more than 255 bytes");
  auto address = base::parse_address(rest);
  if (!address || address->host.empty() || address->port == 0)
    return base::fail(ErrorCode::invalid,
                      "it names no host and port; expected http://HOST:PORT or socks5://HOST:PORT");
  proxy.address = *address;
  return proxy;
}

asio::awaitable<base::Result<Tcp::socket>> connect_through(Proxy proxy, std::string host, std::uint16_t port,
                                                           base::Millis limit) {
  const std::string what = fmt::format("the proxy {}", proxy.shown());
  auto socket =
      co_await async::within(limit, what, connect_and_ask(std::move(proxy), std::move(host), port, limit));
  if (!socket && socket.error().code != ErrorCode::timeout &&
      !socket.error().message.starts_with("cannot connect"))
    co_return std::unexpected(socket.error().context(what));
  co_return socket;
}

}  // namespace slipway::net
