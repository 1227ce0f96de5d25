// Two ends of a real connection with TLS, and ends that do not play by its rules.
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "net/link_fixture.h"
#include "net/tls.h"

namespace slipway::net::test {

using namespace std::chrono_literals;

using Result = base::Result<Secured>;

class TlsFixture : public LinkFixture {
 protected:
  TlsFixture() { pair.emplace(make_pair()); }

  // Sockets go before the loop.
  void TearDown() override {
    pair.reset();
    LinkFixture::TearDown();
  }

  static Identity identity() { return make_identity().value(); }

  static Trust only(const Identity& trusted) {
    return [key = trusted.fingerprint()](const base::Fingerprint& peer) -> base::Result<> {
      if (peer == key) return {};
      return base::fail(base::ErrorCode::invalid, "{} is a stranger", peer.text());
    };
  }

  // Both sides of one handshake.
  std::tuple<Result, Result> meet(Trust of_dialling, Trust of_dialled) {
    return wait_for(meet(*pair, dialling_tls, dialled_tls, std::move(of_dialling), std::move(of_dialled)));
  }

  static asio::awaitable<std::tuple<Result, Result>> meet(Pair& sockets, const Tls& from, const Tls& to,
                                                          Trust of_from, Trust of_to) {
    using namespace asio::experimental::awaitable_operators;
    co_return co_await (from.connect(std::move(sockets.first), std::move(of_from)) &&
                        to.accept(std::move(sockets.second), std::move(of_to)));
  }

  Result accept(base::Millis limit = 10s) {
    return wait_for(dialled_tls.accept(std::move(pair->second), only(dialling), limit));
  }

  static std::string why(const Result& result) { return result ? "none" : result.error().message; }

  // What the stream reads, or why it does not.
  static asio::awaitable<std::string> read_or_why(Stream& stream) {
    std::array<char, 256> bytes{};
    const auto size = co_await stream.read_some(bytes);
    co_return size ? std::string(bytes.data(), *size) : "error: " + size.error().message;
  }

  Identity dialling = identity();
  Identity dialled = identity();
  Tls dialling_tls = Tls::make(dialling).value();
  Tls dialled_tls = Tls::make(dialled).value();
  std::optional<Pair> pair;
};

}  // namespace slipway::net::test
