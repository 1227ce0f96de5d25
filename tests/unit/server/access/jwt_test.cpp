#include "server/access/jwt.h"

#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>

namespace slipway::server::access {
namespace {

const std::string secret = "a secret of more than sixteen characters";
const base::Time now = base::from_unix_ms(1'800'000'000'000);

Claims claims() {
  return {"ada", "01jx0000000000000000000000", now, now + token_lifetime};
}

// A token with whatever claims, signed as whoever has the secret could.
std::string made(const std::string& payload, jwt_alg_t algorithm = JWT_ALG_HS256,
                 const std::string& key = secret) {
  jwt_t* token = nullptr;
  EXPECT_EQ(::jwt_new(&token), 0);
  EXPECT_EQ(::jwt_add_grants_json(token, payload.c_str()), 0);
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  EXPECT_EQ(::jwt_set_alg(token, algorithm, algorithm == JWT_ALG_NONE ? nullptr : bytes,
                          algorithm == JWT_ALG_NONE ? 0 : static_cast<int>(key.size())),
            0);
  char* text = ::jwt_encode_str(token);
  std::string result = text;
  std::free(text);
  ::jwt_free(token);
  return result;
}

const std::string good_payload =
    R"({"iss":"slipway","sub":"ada","sid":"01jx0000000000000000000000","iat":1800000000,"exp":1800000900})";

bool accepted(const std::string& token, base::Time at = now) {
  return verify(token, secret, at).has_value();
}

TEST(Jwt, WhatWasSignedIsBelieved) {
  const auto verified = verify(sign(claims(), secret), secret, now);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->account, "ada");
  EXPECT_EQ(verified->session, "01jx0000000000000000000000");
  EXPECT_EQ(verified->expires, now + token_lifetime);
  EXPECT_TRUE(accepted(made(good_payload)));
}

TEST(Jwt, AnotherAlgorithmIsNot) {
  for (const jwt_alg_t algorithm : {JWT_ALG_NONE, JWT_ALG_HS384, JWT_ALG_HS512})
    EXPECT_FALSE(accepted(made(good_payload, algorithm))) << algorithm;
  // {"alg":"none","typ":"JWT"} in front of a good payload, with and without the good signature.
  const std::string good = made(good_payload);
  const std::string rest = good.substr(good.find('.'));
  const std::string none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
  EXPECT_FALSE(accepted(none + rest));
  EXPECT_FALSE(accepted(none + rest.substr(0, rest.rfind('.') + 1)));
  EXPECT_FALSE(accepted(none + rest.substr(0, rest.rfind('.'))));
}

TEST(Jwt, AnotherKeyIsNot) {
  EXPECT_FALSE(accepted(made(good_payload, JWT_ALG_HS256, "another secret of many characters")));
  EXPECT_FALSE(accepted(made(good_payload, JWT_ALG_HS256, secret + " ")));
}

TEST(Jwt, OtherClaimsAreNot) {
  for (const char* payload : {
           R"({"iss":"other","sub":"ada","sid":"s","iat":1800000000,"exp":1800000900})",
           R"({"sub":"ada","sid":"s","iat":1800000000,"exp":1800000900})",
           R"({"iss":"slipway","sid":"s","iat":1800000000,"exp":1800000900})",
           R"({"iss":"slipway","sub":"","sid":"s","iat":1800000000,"exp":1800000900})",
           R"({"iss":"slipway","sub":"ada","iat":1800000000,"exp":1800000900})",
           R"({"iss":"slipway","sub":"ada","sid":"s","iat":1800000000})",
           R"({"iss":"slipway","sub":"ada","sid":"s","exp":1800000900})",
           R"({"iss":"slipway","sub":"ada","sid":"s","iat":1800000000,"exp":1900000000})",
           R"({"iss":"slipway","sub":"ada","sid":"s","iat":1800009000,"exp":1800009900})",
           R"({"iss":"slipway","sub":"ada","sid":"s","iat":-9000000000000000000,"exp":9000000000000000000})",
           R"({"iss":"slipway","sub":"ada","sid":"s","iat":"1800000000","exp":"1800000900"})",
           R"({"iss":"slipway","sub":["ada"],"sid":"s","iat":1800000000,"exp":1800000900})",
           R"({"iss":"slipway","sub":"ada","sid":"s","iat":1800000000,"exp":1800000900,"role":"admin"})",
           R"({})",
       }) {
    EXPECT_FALSE(accepted(made(payload))) << payload;
  }
}

TEST(Jwt, AnExpiredOneIsNot) {
  const std::string token = sign(claims(), secret);
  EXPECT_TRUE(accepted(token, now + token_lifetime - std::chrono::seconds{1}));
  EXPECT_FALSE(accepted(token, now + token_lifetime));
  EXPECT_FALSE(accepted(token, now - std::chrono::hours{1}));
}

TEST(Jwt, WhatIsNoTokenIsNot) {
  const std::string token = sign(claims(), secret);
  for (const std::string& text : {std::string{}, std::string{"."}, std::string{".."}, std::string{"a.b.c"},
                                  token.substr(0, token.size() - 1), token + "A", token + ".",
                                  token.substr(1), std::string(100'000, 'a'), token + '\0'}) {
    EXPECT_FALSE(accepted(text)) << text.substr(0, 100);
  }
}

TEST(Jwt, EveryChangedCharacterIsNoticed) {
  const std::string token = sign(claims(), secret);
  for (std::size_t index = 0; index < token.size(); ++index) {
    std::string changed = token;
    changed[index] = changed[index] == 'A' ? 'B' : 'A';
    // The last character of 43 carries two bits that say nothing.
    if (index + 1 < token.size()) EXPECT_FALSE(accepted(changed)) << index;
  }
}

}  // namespace
}  // namespace slipway::server::access
