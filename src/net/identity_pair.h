// What an Identity holds. Included by src/net's .cpp files only.
#pragma once

#include "net/identity.h"
#include "net/openssl.h"

namespace slipway::net {

struct Identity::Pair {
  KeyPtr key;
  CertificatePtr certificate;
};

// OpenSSL, without the configuration file of the system: what a link accepts must not depend on the host.
void start_openssl();

}  // namespace slipway::net
