#include "server/http/certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <boost/asio/buffer.hpp>

#include "base/file.h"

namespace slipway::server::http {
namespace {

constexpr std::size_t max_file = std::size_t{1} << 20U;
constexpr const char* suites_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

std::string stamp_of(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return "none";
  return fmt::format("{}.{} {} {}", status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size,
                     status.st_ino);
}

// Otherwise OpenSSL asks at the terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

TlsContext modern_context() {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* ctx = context->native_handle();
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(ctx, suites_1_2);
  SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384");
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

base::Result<> use_certificate(asio::ssl::context& context, const std::filesystem::path& file) {
  const auto pem = base::read_file(file, max_file);
  if (!pem) return std::unexpected(pem.error());
  boost::system::error_code error;
  context.use_certificate_chain(asio::buffer(*pem), error);
  if (!error) return {};
  return base::fail(base::ErrorCode::invalid, "{} holds no certificate in PEM", file.string());
}

base::Result<> use_key(asio::ssl::context& context, const std::filesystem::path& file) {
  const auto pem = base::read_file(file, max_file);
  if (!pem) return std::unexpected(pem.error());
  boost::system::error_code error;
  context.use_private_key(asio::buffer(*pem), asio::ssl::context::pem, error);
  if (!error) return {};
  return base::fail(base::ErrorCode::invalid,
                    "{} holds no private key in PEM that fits the certificate and has no passphrase",
                    file.string());
}

base::Result<> check_time(asio::ssl::context& context, const std::filesystem::path& file) {
  const X509* certificate = SSL_CTX_get0_certificate(context.native_handle());
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0) return {};
  return base::fail(base::ErrorCode::invalid, "the certificate in {} has expired", file.string());
}

}  // namespace

base::Result<TlsContext> Certificate::load() {
  loaded_ = stamp();
  TlsContext context = modern_context();
  auto used = use_certificate(*context, files_.cert);
  if (used) used = check_time(*context, files_.cert);
  if (used) used = use_key(*context, files_.key);
  if (used && SSL_CTX_check_private_key(context->native_handle()) != 1)
    used = base::fail(base::ErrorCode::invalid, "the key in {} is not the one of the certificate in {}",
                      files_.key.string(), files_.cert.string());
  if (!used) return std::unexpected(used.error().context("\"tls\""));
  return context;
}

std::string Certificate::stamp() const {
  return stamp_of(files_.cert) + "\n" + stamp_of(files_.key);
}

bool Certificate::changed() const {
  return stamp() != loaded_;
}

}  // namespace slipway::server::http
