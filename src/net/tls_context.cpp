#include "net/tls_context.h"

#include <openssl/x509_vfy.h>

namespace slipway::net {
namespace {

constexpr const char* suites = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr const char* groups = "X25519:P-256";
constexpr const char* signatures = "ed25519:ecdsa_secp256r1_sha256";
// A certificate of ours has some 300 bytes.
constexpr long longest_chain = 16'384;

int check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Called by the handshake in the place of OpenSSL's own look at names, dates and authorities.
int verify(X509_STORE_CTX* store, void*) {
  const auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = static_cast<PeerCheck*>(SSL_get_ex_data(connection, check_index()));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (check == nullptr || !check->trust || certificate == nullptr) return 0;
  check->peer = fingerprint_of(certificate);
  const auto trusted = check->trust(check->peer);
  if (!trusted) check->refused = trusted.error();
  // Decides what the peer is told: that its certificate is bad, and no more.
  X509_STORE_CTX_set_error(store, trusted ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return trusted ? 1 : 0;
}

bool limit_to_modern(SSL_CTX* context) {
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_ciphersuites(context, suites) == 1 && SSL_CTX_set1_groups_list(context, groups) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, signatures) == 1 &&
         SSL_CTX_set1_client_sigalgs_list(context, signatures) == 1;
}

bool forget_sessions(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  return SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1;
}

}  // namespace

base::Result<ContextPtr> make_context(const Identity::Pair& pair) {
  start_openssl();
  ContextPtr context{SSL_CTX_new(TLS_method())};
  const bool made = context != nullptr && limit_to_modern(context.get()) && forget_sessions(context.get()) &&
                    SSL_CTX_use_certificate(context.get(), pair.certificate.get()) == 1 &&
                    SSL_CTX_use_PrivateKey(context.get(), pair.key.get()) == 1;
  if (!made) return base::fail(base::ErrorCode::io, "cannot set up TLS: {}", openssl_says());
  SSL_CTX_set_max_cert_list(context.get(), longest_chain);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), verify, nullptr);
  return context;
}

void set_check(SSL* connection, PeerCheck* check) {
  SSL_set_ex_data(connection, check_index(), check);
}

}  // namespace slipway::net
