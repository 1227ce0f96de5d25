#include "agent/agent.h"

#include <sys/utsname.h>

#include <algorithm>

#include "agent/ask_as.h"
#include "base/code_pages.h"
#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "net/stream.h"

namespace slipway::agent {
namespace {

// After a session began: its first questions have been answered by then.
constexpr std::chrono::seconds shrink_after{2};

// "Debian GNU/Linux 12 (bookworm)", or what the kernel says of itself.
std::string os_name(const utsname& system) {
  const std::string release = base::read_file("/etc/os-release").value_or("");
  constexpr std::string_view key = "PRETTY_NAME=";
  const std::size_t start = release.find(key);
  if (start == std::string::npos) return fmt::format("{} {}", system.sysname, system.release);
  std::string name = release.substr(start + key.size(), release.find('\n', start) - start - key.size());
  std::erase(name, '"');
  return base::shorten(name, 100);
}

}  // namespace

Agent::Agent(asio::any_io_executor executor, AgentOptions options, base::Logger log)
    : executor_(executor),
      options_(std::move(options)),
      log_(std::move(log)),
      guard_(options_.policy, options_.policy_required, log_),
      status_(executor, std::make_unique<OwnedWorkingCopies>(guard_, options_.program, options_.data)),
      orders_(executor, options_.data, options_.program, log_),
      housekeeping_(options_.data, options_.keep, log_),
      servers_(options_.trusted, options_.data / "next_keys"),
      ports_(executor),
      tasks_(executor) {
  utsname system{};
  ::uname(&system);
  identity_.host = base::shorten(system.nodename, 255);
  identity_.os = os_name(system);
  identity_.data = options_.data;
  identity_.program = options_.program;
  orders_.on_ended([this](const wire::Order& order) { status_.order_ended(order.target.path); });
}

base::Result<> Agent::open() {
  if (auto made = base::make_writable_directory(options_.data); !made) return made;
  if (auto locked = lock_data(); !locked) return locked;
  if (auto read = read_instance(); !read) return read;
  if (auto opened = open_door(); !opened) return opened;
  // The port comes before the orders: an agent that cannot listen must not take up anything.
  if (options_.listens) {
    if (auto listening = listen(); !listening) return listening;
  }
  return orders_.open();
}

base::Result<> Agent::lock_data() {
  auto lock = try_lock_file(options_.data / "agent.lock", std::to_string(::getpid()));
  if (!lock) return std::unexpected(lock.error());
  if (!*lock) {
    return base::fail(base::ErrorCode::conflict,
                      "another agent uses the data directory {}: stop it, or give this one another --data",
                      options_.data.string());
  }
  data_lock_ = std::move(**lock);
  return {};
}

base::Result<> Agent::read_instance() {
  const fs::path file = options_.data / "instance";
  if (const auto text = base::read_file(file); text && base::is_id(base::trim(*text))) {
    identity_.instance = base::trim(*text);
    return {};
  }
  identity_.instance = base::make_id();
  return base::write_file_durably(file, identity_.instance + "\n");
}

base::Result<> Agent::open_door() {
  if (options_.plaintext) return {};
  if (auto read = servers_.open(); !read) return read;
  const fs::path directory = options_.data / "identity";
  const auto identity = net::open_identity_of_now(directory);
  if (!identity) return std::unexpected(identity.error());
  auto tls = net::Tls::make(*identity);
  if (!tls) return std::unexpected(tls.error());
  tls_.emplace(std::move(*tls));
  key_.emplace(directory, *tls_, log_, [this] { announce(); });
  door_.emplace(executor_, *tls_);
  if (options_.dial) {
    dialler_.emplace(
        *options_.dial, *tls_, trust(),
        [this](net::Secured secured) { return serve_dialled(std::move(secured)); }, log_);
  }
  return {};
}

std::optional<base::Fingerprint> Agent::fingerprint() const {
  return tls_ ? std::optional(tls_->fingerprint()) : std::nullopt;
}

net::Trust Agent::trust() const {
  return [this](const base::Fingerprint& server) { return servers_.check(server); };
}

void Agent::met(const base::Fingerprint& server, const wire::Hello& hello) {
  if (!hello.next_key) return;
  const auto next = base::parse_fingerprint(*hello.next_key);
  if (!next) return log_->warn("a server announces a next key that is none: {}", next.error().message);
  const auto news = servers_.announced(server, *next);
  if (!news) return log_->error("a server's next key cannot be remembered: {}", news.error().message);
  if (*news)
    log_->info("the server with the key {} will have the key {}: start this agent with --trust {} next time",
               server.text(), next->text(), next->text());
}

// Only a hello tells of keys: each link is made again.
void Agent::announce() {
  for (Session* session : sessions_) session->close("this agent's key changes");
}

base::Result<> Agent::listen() {
  namespace ip = asio::ip;
  if (options_.host.empty()) return listen_everywhere();
  boost::system::error_code error;
  const auto address = ip::make_address(options_.host == "localhost" ? "127.0.0.1" : options_.host, error);
  if (error)
    return base::fail(base::ErrorCode::invalid, "\"{}\" is not an IP address to listen on", options_.host);
  if (options_.plaintext && !address.is_loopback()) {
    return base::fail(
        base::ErrorCode::invalid,
        "--plaintext is for loopback addresses, and {0} is none: whoever is on the way could read "
        "and change everything; use --trust in its place, or -l 127.0.0.1:{1}",
        options_.host, options_.port);
  }
  return listen_on(address);
}

base::Result<> Agent::listen_everywhere() {
  namespace ip = asio::ip;
  const ip::address v4 = options_.plaintext ? ip::address_v4::loopback() : ip::address_v4::any();
  const ip::address v6 = options_.plaintext ? ip::address_v6::loopback() : ip::address_v6::any();
  if (auto listening = listen_on(v4); !listening) return listening;
  // A host without IPv6 is fine.
  (void)listen_on(v6);
  return {};
}

base::Result<> Agent::listen_on(const asio::ip::address& address) {
  const Tcp::endpoint endpoint{address, ports_.empty() ? options_.port : ports_.port()};
  if (const auto error = ports_.open(endpoint); error)
    return base::fail(base::ErrorCode::io, "cannot listen on {}: {}", net::text_of(endpoint),
                      error.message());
  return {};
}

void Agent::start() {
  ports_.accept(
      tasks_, [this](Tcp::socket socket) { tasks_.spawn(serve(std::move(socket))); },
      [this](const boost::system::error_code& error) {
        log_->error("cannot accept a connection: {}", error.message());
      });
  if (dialler_) tasks_.spawn(dialler_->run());
  if (key_) tasks_.spawn(key_->run());
  tasks_.spawn(housekeeping_.run());
}

asio::awaitable<void> Agent::serve(Tcp::socket socket) {
  const std::string peer = net::remote_of(socket);
  if (!door_) {
    if (net::is_loopback(socket))
      co_return co_await hold_session(net::make_tcp_stream(std::move(socket)), {});
    co_return log_->warn("{}: closed: it does not come from a loopback address", peer);
  }
  auto secured = co_await door_->enter(std::move(socket), trust());
  if (!secured) co_return log_->warn("{}: closed: {}", peer, secured.error().message);
  co_await hold_session(std::move(secured->stream), introduction(secured->peer));
}

asio::awaitable<void> Agent::serve_dialled(net::Secured secured) {
  Introduction says = introduction(secured.peer);
  says.name = options_.dial->name;
  says.token = options_.dial->token;
  co_await hold_session(std::move(secured.stream), std::move(says));
}

Introduction Agent::introduction(const base::Fingerprint& server) {
  return {.next_key = key_->next_key(), .server = server, .met = [this, server](const wire::Hello& hello) {
            met(server, hello);
          }};
}

// A handshake touches three MiB of code that an agent, which waits for most of its life, has no use for.
asio::awaitable<void> Agent::shrink() {
  if (std::exchange(shrinking_, true)) co_return;
  co_await async::sleep_for(shrink_after);
  base::release_code_pages();
  shrinking_ = false;
}

asio::awaitable<void> Agent::hold_session(std::unique_ptr<net::Stream> stream, Introduction introduction) {
  Session session(std::move(stream), executor_, identity_, guard_, orders_, status_, log_,
                  std::move(introduction));
  sessions_.insert(&session);
  if (tls_) tasks_.spawn(shrink());
  co_await session.run();
  sessions_.erase(&session);
}

asio::awaitable<void> Agent::stop() {
  co_await tasks_.stop();
  ports_.close();
  co_await orders_.stop();
  co_await status_.stop();
}

}  // namespace slipway::agent
