#include "net/tls_door.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/deadline.h"

namespace slipway::net {
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

asio::ip::address address_of(const Tcp::socket& socket) {
  boost::system::error_code gone;
  const auto remote = socket.remote_endpoint(gone);
  return gone ? asio::ip::address{} : remote.address();
}

}  // namespace

// A visit's place in one of the lists, for as long as this lives.
class TlsDoor::Place {
 public:
  Place(TlsDoor& door, Visits& list, std::shared_ptr<Visit> visit)
      : door_(door), list_(list), place_(list.insert(list.end(), std::move(visit))) {}
  ~Place() {
    list_.erase(place_);
    door_.place_free_.notify();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  TlsDoor& door_;
  Visits& list_;
  Visits::iterator place_;
};

void TlsDoor::send_away(Visit& visit) {
  visit.gone = true;
  visit.sent_away.notify();
}

asio::awaitable<base::Result<Secured>> TlsDoor::enter(Tcp::socket socket, Trust trust) {
  using namespace asio::experimental::awaitable_operators;
  const auto executor = co_await asio::this_coro::executor;
  const auto visit = std::make_shared<Visit>(executor, address_of(socket));
  async::Ending<Secured> ending;
  co_await (async::run_to_end(async::within(limits_.patience, "the handshake",
                                            talk(std::move(socket), std::move(trust), visit)),
                              ending) ||
            visit->sent_away.wait());
  if (visit->gone)
    co_return base::fail(base::ErrorCode::unavailable,
                         "too many others are at the door, and this one was slow");
  if (ending.cancelled() || !ending.result)
    co_return base::fail(base::ErrorCode::cancelled, "the handshake was cancelled");
  co_return std::move(*ending.result);
}

asio::awaitable<base::Result<Secured>> TlsDoor::talk(Tcp::socket socket, Trust trust,
                                                     std::shared_ptr<Visit> visit) {
  {
    const Place place(*this, waiting_, visit);
    if (waiting_.size() > limits_.waiting) send_away(*waiting_.front());
    const auto [error] = co_await socket.async_wait(Tcp::socket::wait_read, quietly);
    if (error) co_return base::fail(base::ErrorCode::unavailable, "the other side went away");
    co_await wait_for_place(*visit);
  }
  visit->since = Clock::now();
  const Place place(*this, handshakes_, visit);
  co_return co_await tls_.accept(std::move(socket), std::move(trust), limits_.patience);
}

asio::awaitable<void> TlsDoor::wait_for_place(const Visit& visit) {
  while (const auto other = in_the_way(visit.address)) {
    const auto stood = std::chrono::duration_cast<base::Millis>(Clock::now() - other->since);
    if (stood >= limits_.fair && !other->gone)
      send_away(*other);
    else
      co_await place_free_.wait_for(std::max(base::Millis{1}, limits_.fair - stood));
  }
}

std::shared_ptr<TlsDoor::Visit> TlsDoor::in_the_way(const asio::ip::address& address) const {
  const auto from_there = [&](const auto& visit) { return visit->address == address; };
  const auto same = std::ranges::count_if(handshakes_, from_there);
  if (static_cast<std::size_t>(same) >= limits_.of_one_address)
    return *std::ranges::find_if(handshakes_, from_there);
  return handshakes_.size() >= limits_.handshakes ? handshakes_.front() : nullptr;
}

}  // namespace slipway::net
