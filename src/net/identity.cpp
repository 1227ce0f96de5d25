#include "net/identity.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/file.h"
#include "base/unique_fd.h"
#include "net/certificate.h"
#include "net/identity_pair.h"

namespace slipway::net {
namespace {

using base::ErrorCode;

constexpr std::size_t max_pem = 65'536;

base::Result<KeyPtr> make_key() {
  KeyPtr key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  if (!key) return base::fail(ErrorCode::io, "cannot make a key: {}", openssl_says());
  return key;
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return {bytes, static_cast<std::size_t>(std::max(0L, size))};
}

std::string to_pem(EVP_PKEY* key) {
  const BioPtr memory{BIO_new(BIO_s_secmem())};
  PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

std::string to_pem(X509* certificate) {
  const BioPtr memory{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(memory.get(), certificate);
  return text_of(memory.get());
}

// Nobody is asked for a password on a terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

base::Result<KeyPtr> parse_key(const std::string& pem, const fs::path& file) {
  const BioPtr memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  KeyPtr key{PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr)};
  if (!key)
    return base::fail(ErrorCode::invalid, "{} holds no private key that can be read ({})", file.string(),
                      openssl_says());
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) return key;
  char group[64] = {};
  EVP_PKEY_get_group_name(key.get(), group, sizeof group, nullptr);
  if (EVP_PKEY_is_a(key.get(), "EC") == 1 && std::string_view{group} == "prime256v1") return key;
  return base::fail(ErrorCode::invalid, "{} holds a key of another kind; expected Ed25519 or ECDSA P-256",
                    file.string());
}

base::Result<CertificatePtr> parse_certificate(const std::string& pem, const fs::path& file) {
  const BioPtr memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  CertificatePtr certificate{PEM_read_bio_X509(memory.get(), nullptr, no_password, nullptr)};
  if (certificate) return certificate;
  return base::fail(ErrorCode::invalid, "{} holds no certificate that can be read ({})", file.string(),
                    openssl_says());
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

base::Result<> check_private(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return base::fail_errno(errno, "cannot look at {}", path.string());
  if ((status.st_mode & 077U) == 0) return {};
  return base::fail(ErrorCode::invalid,
                    "{} may be read by others than its owner (mode {:o}): who has read it can pretend to be "
                    "this host; make a new one if that may be, else run: chmod go-rwx {}",
                    path.string(), status.st_mode & 07777U, path.string());
}

base::Result<KeyPtr> open_key(const fs::path& file) {
  if (is_there(file)) {
    if (auto is_private = check_private(file); !is_private) return std::unexpected(is_private.error());
    const auto pem = base::read_file(file, max_pem);
    return pem ? parse_key(*pem, file) : std::unexpected(pem.error());
  }
  auto key = make_key();
  if (!key) return key;
  if (auto kept = base::write_file_durably(file, to_pem(key->get())); !kept)
    return std::unexpected(kept.error());
  return key;
}

base::Result<CertificatePtr> open_certificate(const fs::path& file, EVP_PKEY* key) {
  if (!is_there(file)) {
    auto certificate = make_certificate(key);
    if (!certificate) return certificate;
    if (auto kept = base::write_file_durably(file, to_pem(certificate->get())); !kept)
      return std::unexpected(kept.error());
    return certificate;
  }
  const auto pem = base::read_file(file, max_pem);
  if (!pem) return std::unexpected(pem.error());
  auto certificate = parse_certificate(*pem, file);
  if (certificate && X509_check_private_key(certificate->get(), key) != 1) {
    ERR_clear_error();
    return base::fail(ErrorCode::invalid,
                      "{} is the certificate of another key: remove it, and it is made again", file.string());
  }
  return certificate;
}

// Held while the files are looked for and made.
base::Result<base::UniqueFd> lock(const fs::path& directory) {
  base::UniqueFd held{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!held) return base::fail_errno(errno, "cannot open {}", directory.string());
  while (::flock(held.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::fail_errno(errno, "cannot lock {}", directory.string());
  }
  return held;
}

}  // namespace

void start_openssl() {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

Identity::Identity(std::shared_ptr<const Pair> pair)
    : pair_(std::move(pair)), fingerprint_(fingerprint_of(pair_->certificate.get())) {}

base::Result<Identity> open_identity(const fs::path& directory) {
  start_openssl();
  if (auto made = base::make_writable_directory(directory); !made) return std::unexpected(made.error());
  const auto held = lock(directory);
  if (!held) return std::unexpected(held.error());
  auto key = open_key(directory / "key.pem");
  if (!key) return std::unexpected(key.error());
  auto certificate = open_certificate(directory / "certificate.pem", key->get());
  if (!certificate) return std::unexpected(certificate.error());
  return Identity{std::make_shared<Identity::Pair>(std::move(*key), std::move(*certificate))};
}

base::Result<Identity> make_identity() {
  start_openssl();
  auto key = make_key();
  if (!key) return std::unexpected(key.error());
  auto certificate = make_certificate(key->get());
  if (!certificate) return std::unexpected(certificate.error());
  return Identity{std::make_shared<Identity::Pair>(std::move(*key), std::move(*certificate))};
}

}  // namespace slipway::net
