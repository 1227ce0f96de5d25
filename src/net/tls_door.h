// The door of a port that strangers can reach: bounds what they cost before it is known who they are.
//
//   auto secured = co_await door.enter(std::move(socket), trust);   // an error: closed already
//
// A connection that says nothing costs a socket; the machinery of TLS is set up when its first byte is there.
// Of those that wait, and of those that are talked to, there are at most so many at once, from all addresses
// and from one: then the one that has stood there longest is sent away for a newcomer, if it had a fair time.
// A peer that means it needs some milliseconds, so only a flood that is faster than that with every place
// keeps it out.
//
// One executor, one thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <list>
#include <memory>

#include "async/event.h"
#include "net/tls.h"

namespace slipway::net {

struct DoorLimits {
  std::size_t waiting = 1024;               // connections that have said nothing yet
  std::size_t handshakes = 64;              // at once
  std::size_t of_one_address = 32;          // handshakes at once
  base::Millis fair{250};                   // a handshake that lasts longer may be sent away
  base::Millis patience = handshake_limit;  // from the connection to the end of the handshake
};

class TlsDoor {
 public:
  TlsDoor(const asio::any_io_executor& executor, Tls tls, DoorLimits limits = {})
      : tls_(std::move(tls)), limits_(limits), place_free_(executor) {}

  asio::awaitable<base::Result<Secured>> enter(Tcp::socket socket, Trust trust);

  std::size_t waiting() const { return waiting_.size(); }
  std::size_t handshakes() const { return handshakes_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Visit {
    Visit(const asio::any_io_executor& executor, asio::ip::address from)
        : address(std::move(from)), sent_away(executor) {}
    asio::ip::address address;
    Clock::time_point since = Clock::now();
    async::Event sent_away;
    bool gone = false;
  };
  using Visits = std::list<std::shared_ptr<Visit>>;
  class Place;

  asio::awaitable<base::Result<Secured>> talk(Tcp::socket socket, Trust trust, std::shared_ptr<Visit> visit);
  asio::awaitable<void> wait_for_place(const Visit& visit);
  // Whom a newcomer from there has to wait for; null: nobody.
  std::shared_ptr<Visit> in_the_way(const asio::ip::address& address) const;
  static void send_away(Visit& visit);

  Tls tls_;
  DoorLimits limits_;
  async::Event place_free_;
  Visits waiting_;
  Visits handshakes_;
};

}  // namespace slipway::net
