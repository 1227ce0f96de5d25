// Who this installation is: a private key and a self-signed certificate, made at the first start and kept in
// a directory that nobody else may read. Start with open_identity().
//
//   auto identity = net::open_identity(data / "identity");
//   log->info("this agent's key is {}", identity->fingerprint().text());
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/fingerprint.h"

namespace slipway::net {

namespace fs = std::filesystem;

class Identity {
 public:
  // The key and the certificate, as OpenSSL holds them.
  struct Pair;

  explicit Identity(std::shared_ptr<const Pair> pair);

  const base::Fingerprint& fingerprint() const { return fingerprint_; }
  const Pair& pair() const { return *pair_; }

 private:
  std::shared_ptr<const Pair> pair_;
  base::Fingerprint fingerprint_;
};

// Reads DIRECTORY/key.pem and certificate.pem; makes what is not there yet. Two programs that do so at once
// get the same. A key that others may read, or a certificate of another key, is an error.
base::Result<Identity> open_identity(const fs::path& directory);

// One that is kept nowhere.
base::Result<Identity> make_identity();

}  // namespace slipway::net
