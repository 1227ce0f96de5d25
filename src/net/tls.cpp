#include "net/tls.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "async/deadline.h"
#include "net/tls_context.h"

namespace slipway::net {
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
// How long and how much a refused peer may go on to send, so that what it is told reaches it: a connection
// that is closed with unread bytes is reset, and takes the last words with it.
constexpr base::Millis last_words = std::chrono::seconds{1};
constexpr std::size_t most_unread = 65'536;

class TlsStream : public Stream {
 public:
  TlsStream(Tcp::socket socket, ssl::context& context, Trust trust)
      : stream_(std::move(socket), context), check_{.trust = std::move(trust)} {
    boost::system::error_code ignored;
    tcp().set_option(Tcp::no_delay(true), ignored);
    peer_ = remote_of(tcp());
    set_check(stream_.native_handle(), &check_);
  }

  asio::awaitable<base::Result<>> handshake(ssl::stream_base::handshake_type side) {
    const auto [error] = co_await stream_.async_handshake(side, quietly);
    check_.trust = nullptr;  // it may refer to what the caller has no more
    if (!error) co_return base::Result<>{};
    if (check_.refused) co_return std::unexpected(*check_.refused);
    // Whoever closes with something unread resets.
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe)
      co_return base::fail(base::ErrorCode::unavailable, "the other side closed the link");
    co_return std::unexpected(tls_error(error, "the handshake failed"));
  }

  // After a handshake that failed: our last words have been written, and are given time to arrive.
  asio::awaitable<base::Result<>> drain() {
    boost::system::error_code ignored;
    tcp().shutdown(Tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> unread{};
    for (std::size_t total = 0; total < most_unread;) {
      const auto [error, size] = co_await tcp().async_read_some(asio::buffer(unread), quietly);
      if (error) break;
      total += size;
    }
    co_return base::Result<>{};
  }

  asio::awaitable<base::Result<std::size_t>> read_some(std::span<char> into) override {
    const auto [error, size] =
        co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), quietly);
    if (error) co_return std::unexpected(tls_error(error, "the link broke while reading"));
    co_return size;
  }

  asio::awaitable<base::Result<>> write(std::string_view bytes) override {
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(bytes), quietly);
    if (error) co_return std::unexpected(tls_error(error, "the link broke while writing"));
    co_return base::Result<>{};
  }

  // Ends what is pending on the socket, and with it what is pending above. Nothing is said: whoever could be
  // fooled by a connection that ends early is protected by the frames' lengths, not by a goodbye.
  void close() override {
    boost::system::error_code ignored;
    tcp().shutdown(Tcp::socket::shutdown_both, ignored);
    tcp().close(ignored);
  }

  std::string peer() const override { return peer_; }
  const base::Fingerprint& peer_key() const { return check_.peer; }

 private:
  Tcp::socket& tcp() { return stream_.next_layer(); }

  ssl::stream<Tcp::socket> stream_;
  PeerCheck check_;
  std::string peer_;
};

// The limit is the handshake's alone; a peer that was refused has its last words told outside of it.
asio::awaitable<base::Result<Secured>> secure(std::unique_ptr<TlsStream> stream,
                                              ssl::stream_base::handshake_type side, base::Millis limit) {
  const auto done = co_await async::within(limit, "the handshake", stream->handshake(side));
  if (!done) {
    if (done.error().code != base::ErrorCode::timeout && done.error().code != base::ErrorCode::cancelled)
      (void)co_await async::within(last_words, "the end", stream->drain());
    stream->close();
    co_return std::unexpected(done.error());
  }
  const base::Fingerprint peer = stream->peer_key();
  co_return Secured{std::move(stream), peer};
}

}  // namespace

struct Tls::Context {
  ssl::context ssl;
  base::Fingerprint fingerprint;
};

base::Result<Tls> Tls::make(const Identity& identity) {
  auto context = make_context(identity.pair());
  if (!context) return std::unexpected(context.error());
  return Tls{std::make_shared<Context>(ssl::context{context->release()}, identity.fingerprint())};
}

base::Result<> Tls::change(const Identity& identity) {
  auto context = make_context(identity.pair());
  if (!context) return std::unexpected(context.error());
  // Connections hold on to the one that they were made with.
  context_->ssl = ssl::context{context->release()};
  context_->fingerprint = identity.fingerprint();
  return {};
}

const base::Fingerprint& Tls::fingerprint() const {
  return context_->fingerprint;
}

asio::awaitable<base::Result<Secured>> Tls::accept(Tcp::socket socket, Trust trust,
                                                   base::Millis limit) const {
  return secure(std::make_unique<TlsStream>(std::move(socket), context_->ssl, std::move(trust)),
                ssl::stream_base::server, limit);
}

asio::awaitable<base::Result<Secured>> Tls::connect(Tcp::socket socket, Trust trust,
                                                    base::Millis limit) const {
  return secure(std::make_unique<TlsStream>(std::move(socket), context_->ssl, std::move(trust)),
                ssl::stream_base::client, limit);
}

}  // namespace slipway::net
