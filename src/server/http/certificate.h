// What the server shows of itself by HTTPS: read from its files, and again when they change.
//
// Blocking: on the database thread, or before the event loop runs.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.h"
#include "server/config/auth.h"

namespace slipway::server::http {

namespace asio = boost::asio;

// Shared with the connections that were begun with it.
using TlsContext = std::shared_ptr<asio::ssl::context>;

class Certificate {
 public:
  explicit Certificate(config::Tls files) : files_(std::move(files)) {}

  const config::Tls& files() const { return files_; }

  // TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only. An error is a sentence for the
  // log.
  base::Result<TlsContext> load();

  // Whether the files are others than load() found.
  bool changed() const;

 private:
  std::string stamp() const;

  config::Tls files_;
  std::string loaded_;
};

}  // namespace slipway::server::http
