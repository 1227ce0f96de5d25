#include "net/name_lookup.h"

#include <gtest/gtest.h>

#include <future>

#include "async/deadline.h"
#include "async/on_loop.h"

namespace slipway::net {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

const asio::ip::tcp::endpoint somewhere(asio::ip::make_address("192.0.2.7"), 80);

// A name server that answers when it is told to.
struct SlowLookup {
  std::promise<void> go;
  std::shared_future<void> may_answer = go.get_future().share();
  std::shared_ptr<std::promise<void>> ended = std::make_shared<std::promise<void>>();

  Lookup lookup() {
    return [wait = may_answer, done = ended](const std::string&, std::uint16_t) -> base::Result<Endpoints> {
      wait.wait();
      done->set_value();
      return Endpoints{somewhere};
    };
  }
};

class NameLookupTest : public slipway::test::OnLoop {
 protected:
  base::Result<Endpoints> resolved(std::string host, Lookup lookup = ask_system) {
    return wait_for(resolve(std::move(host), 80, std::move(lookup)));
  }
};

TEST_F(NameLookupTest, TakesAnAddressAsItIs) {
  const auto never = [](const std::string&, std::uint16_t) -> base::Result<Endpoints> {
    throw std::logic_error("asked");
  };
  EXPECT_EQ(resolved("192.0.2.7", never).value(), Endpoints{somewhere});
  EXPECT_EQ(resolved("::1", never).value().front().address(), asio::ip::address_v6::loopback());
}

TEST_F(NameLookupTest, KnowsThisMachine) {
  const auto found = resolved("localhost");
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_FALSE(found->empty());
  for (const auto& endpoint : *found) {
    EXPECT_TRUE(endpoint.address().is_loopback()) << endpoint;
    EXPECT_EQ(endpoint.port(), 80);
  }
}

TEST_F(NameLookupTest, WaitsForTheAnswer) {
  SlowLookup server;
  server.go.set_value();
  EXPECT_EQ(resolved("shop.example", server.lookup()).value(), Endpoints{somewhere});
}

TEST_F(NameLookupTest, GivesUpAtOnceWhenTheSystemHangs) {
  SlowLookup server;
  const auto found =
      wait_for(async::within(20ms, "shop.example", resolve("shop.example", 80, server.lookup())));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::timeout);
  // Its answer comes when nobody wants it any more, not even the event loop.
  context.reset();
  server.go.set_value();
  server.ended->get_future().wait();
}

}  // namespace
}  // namespace slipway::net
