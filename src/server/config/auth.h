// How people reach the page: the "auth" and the "tls" of server.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace slipway::server::config {

// HTTPS by the server itself.
struct Tls {
  std::filesystem::path cert;  // PEM, with what lies between it and its root
  std::filesystem::path key;

  bool operator==(const Tls&) const = default;
};

// Who may name the person behind a request in place of a login.
struct AuthProxy {
  std::string header;             // carries the account's name; empty: the proxy names nobody
  std::vector<std::string> from;  // IP addresses, as inet_ntop writes them

  bool trusts(const std::string& peer) const;
  bool operator==(const AuthProxy&) const = default;
};

struct Auth {
  AuthProxy proxy;

  bool operator==(const Auth&) const = default;
};

}  // namespace slipway::server::config
