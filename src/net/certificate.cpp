#include "net/certificate.h"

#include <openssl/rand.h>

#include <cstdint>

namespace slipway::net {
namespace {

base::Fingerprint::Hash sha256(const unsigned char* bytes, std::size_t size) {
  base::Fingerprint::Hash hash{};
  unsigned length = hash.size();
  EVP_Digest(bytes, size, hash.data(), &length, EVP_sha256(), nullptr);
  return hash;
}

bool set_serial(X509* certificate) {
  std::int64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  return ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial & INT64_MAX) == 1;
}

bool set_name(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>("slipway");
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool set_dates(X509* certificate) {
  return ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "19700101000000Z") == 1 &&
         ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z") == 1;
}

// Ed25519 hashes by itself; every other key is told how.
const EVP_MD* digest_for(const EVP_PKEY* key) {
  return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

}  // namespace

base::Fingerprint fingerprint_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return {};
  const base::Fingerprint fingerprint{sha256(der, static_cast<std::size_t>(size))};
  OPENSSL_free(der);
  return fingerprint;
}

base::Result<CertificatePtr> make_certificate(EVP_PKEY* key) {
  CertificatePtr certificate{X509_new()};
  const bool made = certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    set_serial(certificate.get()) && set_name(certificate.get()) &&
                    set_dates(certificate.get()) && X509_set_pubkey(certificate.get(), key) == 1 &&
                    X509_sign(certificate.get(), key, digest_for(key)) > 0;
  if (!made) return base::fail(base::ErrorCode::io, "cannot make a certificate: {}", openssl_says());
  return certificate;
}

}  // namespace slipway::net
