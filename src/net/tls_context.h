// What every encrypted connection of this side has in common. Included by src/net's .cpp files only.
#pragma once

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "net/identity_pair.h"
#include "net/tls.h"

namespace slipway::net {

namespace ssl = boost::asio::ssl;

// The question whether a peer is trusted, as long as its handshake lasts.
struct PeerCheck {
  Trust trust;
  base::Fingerprint peer;
  std::optional<base::Error> refused;
};

// TLS 1.3 with modern suites, without tickets, resumption, compression; both sides show a certificate.
base::Result<ContextPtr> make_context(const Identity::Pair& pair);

// The handshake of this connection asks the check, which must live as long as it.
void set_check(SSL* connection, PeerCheck* check);

// Why an operation failed, in words.
base::Error tls_error(const boost::system::error_code& error, std::string_view doing);

}  // namespace slipway::net
