#include "base/address.h"

#include <gtest/gtest.h>

#include <string_view>

namespace slipway::base {
namespace {

using namespace std::string_view_literals;

struct Form {
  std::string_view text;
  std::string_view host;
  std::uint16_t port;
  std::string_view normal;
  bool loopback;
};

class AddressForm : public testing::TestWithParam<Form> {};

TEST_P(AddressForm, IsRead) {
  const auto address = parse_address(GetParam().text);
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->host, GetParam().host);
  EXPECT_EQ(address->port, GetParam().port);
  EXPECT_EQ(address->text(), GetParam().normal);
  EXPECT_EQ(address->is_loopback(), GetParam().loopback);
}

TEST_P(AddressForm, IsReadBackFromItsText) {
  const auto address = parse_address(GetParam().text).value();
  EXPECT_EQ(parse_address(address.text()), address);
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, AddressForm,
    testing::Values(Form{":8081", "", 8081, ":8081", true},
                    Form{"localhost:1", "localhost", 1, "localhost:1", true},
                    Form{"LocalHost:80", "localhost", 80, "localhost:80", true},
                    Form{"127.0.0.1:65535", "127.0.0.1", 65535, "127.0.0.1:65535", true},
                    Form{"127.9.8.7:80", "127.9.8.7", 80, "127.9.8.7:80", true},
                    Form{"[::1]:8081", "::1", 8081, "[::1]:8081", true},
                    Form{"[0:0:0:0:0:0:0:1]:80", "::1", 80, "[::1]:80", true},
                    Form{"[2001:DB8::2]:443", "2001:db8::2", 443, "[2001:db8::2]:443", false},
                    Form{"[::]:80", "::", 80, "[::]:80", false},
                    Form{"0.0.0.0:80", "0.0.0.0", 80, "0.0.0.0:80", false},
                    Form{"192.0.2.1:0", "192.0.2.1", 0, "192.0.2.1:0", false},
                    Form{"web-1.example.org:0080", "web-1.example.org", 80, "web-1.example.org:80", false},
                    Form{"under_score:80", "under_score", 80, "under_score:80", false},
                    Form{"127.example.org:80", "127.example.org", 80, "127.example.org:80", false}));

class NoAddress : public testing::TestWithParam<std::string_view> {};

TEST_P(NoAddress, IsRefusedWithASentence) {
  const auto address = parse_address(GetParam());
  ASSERT_FALSE(address) << address->text();
  EXPECT_EQ(address.error().code, ErrorCode::invalid);
  EXPECT_NE(address.error().message.find('"'), std::string::npos) << address.error().message;
}

INSTANTIATE_TEST_SUITE_P(Addresses, NoAddress,
                         testing::Values("", ":", "host", "host:", "host:http", "host:65536", "host:-1",
                                         "host:+1", "host: 1", "host:99999999999999999999", "::1:8081",
                                         "a:b:1", "[::1]", "[::1", "[::1]8081", "[::1]:", "[127.0.0.1]:80",
                                         "[host]:80", "[]:80", "[::1%lo]:80", "300.1.1.1:80", "127.1:80",
                                         "1:80", "-x:80", ".x:80", "a..b:80", "a b:80", "höst:80",
                                         "http://host:80", "user@host:80", "127.0.0.1\0:80"sv));

TEST(Address, SortsByHostThenPort) {
  EXPECT_LT((Address{"a", 2}), (Address{"b", 1}));
  EXPECT_LT((Address{"a", 1}), (Address{"a", 2}));
  EXPECT_EQ((Address{"a", 1}), (Address{"a", 1}));
}

}  // namespace
}  // namespace slipway::base
