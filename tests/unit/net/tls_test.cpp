#include "net/tls.h"

#include <boost/asio/as_tuple.hpp>

#include "net/certificate.h"
#include "net/identity_pair.h"
#include "net/tls_fixture.h"

namespace slipway::net {
namespace {

namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;

using base::ErrorCode;
using test::Result;
using testing::HasSubstr;

class TlsTest : public test::TlsFixture {
 protected:
  // The client's side, and what our accepting side says of it.
  std::string accept_from(ssl::context& context) {
    ssl::stream<Tcp::socket> stream(std::move(pair->first), context);
    std::optional<Result> result;
    const auto both = [](ssl::stream<Tcp::socket>& client, const Tls& tls, Tcp::socket socket, Trust trust,
                         std::optional<Result>& into) -> asio::awaitable<void> {
      using namespace asio::experimental::awaitable_operators;
      const auto shake = [](ssl::stream<Tcp::socket>& of) -> asio::awaitable<void> {
        co_await of.async_handshake(ssl::stream_base::client, asio::as_tuple(asio::use_awaitable));
        boost::system::error_code ignored;
        of.next_layer().close(ignored);
      };
      const auto keep = [](asio::awaitable<Result> of,
                           std::optional<Result>& result_of) -> asio::awaitable<void> {
        result_of = co_await std::move(of);
      };
      co_await (shake(client) && keep(tls.accept(std::move(socket), std::move(trust)), into));
    };
    wait_for(both(stream, dialled_tls, std::move(pair->second), only(dialling), result));
    return why(*result);
  }

  static void show(ssl::context& context, const Identity& identity) {
    SSL_CTX_use_certificate(context.native_handle(), identity.pair().certificate.get());
    SSL_CTX_use_PrivateKey(context.native_handle(), identity.pair().key.get());
  }

  void say(std::string_view bytes) { asio::write(pair->first, asio::buffer(bytes)); }
};

TEST_F(TlsTest, LetsBothSidesKnowEachOther) {
  auto [from, to] = meet(only(dialled), only(dialling));
  ASSERT_TRUE(from) << why(from);
  ASSERT_TRUE(to) << why(to);
  EXPECT_EQ(from->peer, dialled.fingerprint());
  EXPECT_EQ(to->peer, dialling.fingerprint());
  ASSERT_TRUE(wait_for(from->stream->write("from")));
  ASSERT_TRUE(wait_for(to->stream->write("to")));
  EXPECT_EQ(wait_for(read_or_why(*to->stream)), "from");
  EXPECT_EQ(wait_for(read_or_why(*from->stream)), "to");
}

TEST_F(TlsTest, RefusesAManInTheMiddleWithAFreshKey) {
  dialled_tls = Tls::make(identity()).value();
  auto [from, to] = meet(only(dialled), only(dialling));
  EXPECT_THAT(why(from), HasSubstr("is a stranger"));
  EXPECT_THAT(why(to), HasSubstr("does not trust the key of this side"));
}

TEST_F(TlsTest, SaysNothingToADiallerWithAnotherKeyAndLetsItKnowWhy) {
  dialling_tls = Tls::make(identity()).value();
  auto [from, to] = meet(only(dialled), only(dialling));
  EXPECT_THAT(why(to), HasSubstr("is a stranger"));
  // To the one who dials the handshake is over before its own key was looked at.
  ASSERT_TRUE(from) << why(from);
  EXPECT_THAT(wait_for(read_or_why(*from->stream)), HasSubstr("does not trust the key of this side"));
}

TEST_F(TlsTest, RefusesAPeerWithoutAKey) {
  ssl::context context{ssl::context::tls_client};
  EXPECT_THAT(accept_from(context), HasSubstr("the other side showed no key"));
}

TEST_F(TlsTest, RefusesTls12) {
  ssl::context context{ssl::context::tls_client};
  show(context, dialling);
  SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_2_VERSION);
  EXPECT_THAT(accept_from(context), HasSubstr("does not speak TLS 1.3"));
}

TEST_F(TlsTest, RefusesAKeyOfAnotherKind) {
  const KeyPtr key{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})};
  const auto certificate = make_certificate(key.get());
  ASSERT_TRUE(certificate);
  ssl::context context{ssl::context::tls_client};
  SSL_CTX_use_certificate(context.native_handle(), certificate->get());
  SSL_CTX_use_PrivateKey(context.native_handle(), key.get());
  EXPECT_NE(accept_from(context), "none");
}

TEST_F(TlsTest, TakesAPeerWithAnEcdsaKey) {
  const KeyPtr key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  auto certificate = make_certificate(key.get());
  ASSERT_TRUE(certificate);
  dialling =
      Identity{std::make_shared<Identity::Pair>(KeyPtr{EVP_PKEY_dup(key.get())}, std::move(*certificate))};
  dialling_tls = Tls::make(dialling).value();
  auto [from, to] = meet(only(dialled), only(dialling));
  EXPECT_TRUE(from) << why(from);
  EXPECT_TRUE(to) << why(to);
}

TEST_F(TlsTest, TakesPlaintextForWhatItIs) {
  say("GET / HTTP/1.1\r\nHost: agent\r\n\r\n");
  EXPECT_THAT(why(accept()), HasSubstr("what came is not TLS"));
}

TEST_F(TlsTest, TakesAPlaintextFrameForWhatItIs) {
  say(data("{\"type\":\"hello\"}"));
  EXPECT_THAT(why(accept()), HasSubstr("what came is not TLS"));
}

TEST_F(TlsTest, DoesNotWaitForAPeerThatSaysNothing) {
  EXPECT_EQ(why(accept(50ms)), "the handshake: no answer within 50ms");
}

TEST_F(TlsTest, DoesNotWaitForTheOtherHalfOfAHandshake) {
  say(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  EXPECT_EQ(why(accept(50ms)), "the handshake: no answer within 50ms");
}

TEST_F(TlsTest, NoticesAPeerThatGoesDuringTheHandshake) {
  say(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  pair->first.close();
  EXPECT_EQ(why(accept()), "the other side closed the link");
}

TEST_F(TlsTest, EndsWhatIsPendingWhenItIsClosed) {
  auto [from, to] = meet(only(dialled), only(dialling));
  ASSERT_TRUE(from && to);
  std::optional<std::string> read;
  std::optional<base::Result<>> written;
  const std::string much(std::size_t{32} << 20U, 'x');
  async::TaskGroup tasks(executor);
  tasks.spawn(keep(read_or_why(*from->stream), read));
  // Nobody reads on the other side: this fills the connection and waits.
  tasks.spawn(keep(from->stream->write(much), written));
  run_ready();
  EXPECT_FALSE(read || written);
  from->stream->close();
  from->stream->close();
  run_until([&] { return read && written; });
  EXPECT_THAT(*read, HasSubstr("error: "));
  EXPECT_FALSE(*written);
}

TEST_F(TlsTest, TellsThatThePeerHasGone) {
  auto [from, to] = meet(only(dialled), only(dialling));
  ASSERT_TRUE(from && to);
  to->stream->close();
  EXPECT_EQ(wait_for(read_or_why(*from->stream)), "error: the other side closed the link");
}

TEST_F(TlsTest, CarriesALinkWhoseQueueStaysBounded) {
  auto [from, to] = meet(only(dialled), only(dialling));
  ASSERT_TRUE(from && to);
  Link near(std::move(from->stream), executor, test::patient());
  Link far(std::move(to->stream), executor, test::patient());
  const auto send = [](Link& link, int count) -> asio::awaitable<void> {
    for (int sent = 0; sent < count; ++sent) co_await link.send_bulk(data(std::string(60'000, 'x')));
  };
  async::TaskGroup tasks(executor);
  tasks.spawn(send(near, 500));
  run_ready();
  EXPECT_EQ(tasks.size(), 1U) << "30 MB did not wait for anybody to read them";
  for (int number = 0; number < 500; ++number) ASSERT_EQ(next_payload(far).size(), 60'000U);
  far.send(data("thanks"));
  EXPECT_EQ(next_payload(near), "thanks");
  wait_for(near.stop());
  wait_for(far.stop());
}

}  // namespace
}  // namespace slipway::net
