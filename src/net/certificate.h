// Self-signed certificates: the envelope in which TLS carries a public key. Nothing in them but the key is
// ever believed.
#pragma once

#include "net/openssl.h"

namespace slipway::net {

// Valid for ever: what is trusted is the key, and a host whose clock is wrong must still be reached.
base::Result<CertificatePtr> make_certificate(EVP_PKEY* key);

}  // namespace slipway::net
