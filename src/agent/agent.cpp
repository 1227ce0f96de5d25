#include "agent/agent.h"

#include <sys/utsname.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/ask_as.h"
#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "net/stream.h"

namespace slipway::agent {
namespace {

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
  // The port comes before the orders: an agent that cannot listen must not take up anything.
  if (auto listening = listen(); !listening) return listening;
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

base::Result<> Agent::listen() {
  namespace ip = asio::ip;
  if (options_.host.empty()) {
    if (auto v4 = listen_on(ip::address_v4::loopback()); !v4) return v4;
    // A host without IPv6 is fine.
    (void)listen_on(ip::address_v6::loopback());
    return {};
  }
  boost::system::error_code error;
  const auto address = ip::make_address(options_.host == "localhost" ? "127.0.0.1" : options_.host, error);
  if (error)
    return base::fail(base::ErrorCode::invalid, "\"{}\" is not an IP address to listen on", options_.host);
  if (!address.is_loopback()) {
    return base::fail(base::ErrorCode::invalid,
                      "links are not encrypted yet, so the agent listens on loopback addresses only; "
                      "use -l :{0} or -l 127.0.0.1:{0}",
                      options_.port);
  }
  return listen_on(address);
}

base::Result<> Agent::listen_on(const asio::ip::address& address) {
  // With port 0 the system chooses one; a second address then takes the same.
  const std::uint16_t port = acceptors_.empty() ? options_.port : acceptors_.front().local_endpoint().port();
  Tcp::acceptor acceptor{executor_};
  const Tcp::endpoint endpoint{address, port};
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return base::fail(base::ErrorCode::io, "cannot listen on {}:{}: {}", address.to_string(), port,
                      error.message());
  }
  acceptors_.push_back(std::move(acceptor));
  return {};
}

void Agent::start() {
  for (Tcp::acceptor& acceptor : acceptors_) tasks_.spawn(accept_loop(acceptor));
  tasks_.spawn(housekeeping_.run());
}

std::vector<std::string> Agent::addresses() const {
  std::vector<std::string> texts;
  for (const Tcp::acceptor& acceptor : acceptors_) {
    const auto endpoint = acceptor.local_endpoint();
    const std::string host = endpoint.address().to_string();
    texts.push_back(endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                               : fmt::format("{}:{}", host, endpoint.port()));
  }
  return texts;
}

asio::awaitable<void> Agent::accept_loop(Tcp::acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!error) {
      tasks_.spawn(serve(std::move(socket)));
    } else if (error == asio::error::operation_aborted) {
      co_return;
    } else {
      // Out of file descriptors, most likely: those that are served will give some back.
      log_->error("cannot accept a connection: {}", error.message());
      co_await async::sleep_for(base::Millis{200});
    }
  }
}

asio::awaitable<void> Agent::serve(Tcp::socket socket) {
  if (!net::is_loopback(socket)) {
    log_->warn("a connection that does not come from a loopback address was closed");
    co_return;
  }
  Session session(net::make_tcp_stream(std::move(socket)), executor_, identity_, guard_, orders_, status_,
                  log_);
  co_await session.run();
}

asio::awaitable<void> Agent::stop() {
  for (Tcp::acceptor& acceptor : acceptors_) acceptor.close();
  co_await tasks_.stop();
  co_await orders_.stop();
  co_await status_.stop();
}

}  // namespace slipway::agent
