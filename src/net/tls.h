// Encrypted streams: TLS 1.3 in which each side shows a certificate and is believed for its key alone. Who is
// believed is asked in the handshake itself: to anyone else nothing is ever said.
//
//   net::Tls tls = *net::Tls::make(identity);
//   auto secured = co_await tls.accept(std::move(socket), [&](const base::Fingerprint& key) { return ...; });
//   net::Link link(std::move(secured->stream), executor);
//
// One thread, the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/fingerprint.h"
#include "net/identity.h"
#include "net/stream.h"

namespace slipway::net {

// Whether the peer's key is trusted; the error says why not, and ends the handshake. Called on the loop's
// thread, and must not wait.
using Trust = std::function<base::Result<>(const base::Fingerprint& peer)>;

struct Secured {
  std::unique_ptr<Stream> stream;
  base::Fingerprint peer;
};

constexpr base::Millis handshake_limit = std::chrono::seconds{10};

class Tls {
 public:
  static base::Result<Tls> make(const Identity& identity);

  // The handshake as the side that was dialled, or as the side that dialled. When it fails nothing else has
  // passed, and the error says what the other side did or did not. A refusal by the trust function comes back
  // as it is. One by the peer is ErrorCode::conflict; the side that dialled may see it only when it reads.
  asio::awaitable<base::Result<Secured>> accept(Tcp::socket socket, Trust trust,
                                                base::Millis limit = handshake_limit) const;
  asio::awaitable<base::Result<Secured>> connect(Tcp::socket socket, Trust trust,
                                                 base::Millis limit = handshake_limit) const;

  const base::Fingerprint& fingerprint() const;

  // Links that are made from now on, also by copies of this, show another key.
  base::Result<> change(const Identity& identity);

 private:
  struct Context;

  explicit Tls(std::shared_ptr<Context> context) : context_(std::move(context)) {}

  std::shared_ptr<Context> context_;
};

}  // namespace slipway::net
