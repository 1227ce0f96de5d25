#include "server/access/jwt.h"

#include <jwt.h>

#include <boost/describe.hpp>
#include <cstdlib>
#include <memory>

#include "json/map.h"

namespace slipway::server::access {
namespace {

constexpr const char* issuer = "slipway";
constexpr std::size_t max_token_bytes = 2048;
// Between two clocks, for a secret that several servers share.
constexpr std::chrono::seconds tolerance{30};

struct Free {
  void operator()(jwt_t* token) const { ::jwt_free(token); }
  void operator()(char* text) const { std::free(text); }
};
using Token = std::unique_ptr<jwt_t, Free>;
using Text = std::unique_ptr<char, Free>;

struct Header {
  std::string alg;
  std::string typ;
};
BOOST_DESCRIBE_STRUCT(Header, (), (alg, typ))

struct Payload {
  std::string iss;
  std::string sub;
  std::string sid;
  std::int64_t iat = 0;
  std::int64_t exp = 0;
};
BOOST_DESCRIBE_STRUCT(Payload, (), (iss, sub, sid, iat, exp))

std::int64_t seconds(base::Time time) {
  return base::to_unix_ms(time) / 1000;
}
base::Time from_seconds(std::int64_t seconds) {
  return base::from_unix_ms(seconds * 1000);
}

std::unexpected<base::Error> refused(std::string_view why) {
  return base::fail(base::ErrorCode::invalid, "{}", why);
}

const unsigned char* key_of(const std::string& secret) {
  return reinterpret_cast<const unsigned char*>(secret.data());
}

// With another kind of value than the described one, or another member, it is none of ours.
template <class T>
base::Result<T> read(const Text& text) {
  if (!text) return refused("the session's token has no content");
  const auto parsed = json::parse(text.get());
  if (!parsed) return std::unexpected(parsed.error());
  auto decoded = json::decode<T>(*parsed, json::Strict::yes);
  if (!decoded) return refused("the session's token was not made by this server");
  return decoded;
}

base::Result<> check_header(jwt_t* token) {
  const auto header = read<Header>(Text{::jwt_get_headers_json(token, nullptr)});
  if (!header) return std::unexpected(header.error());
  if (::jwt_get_alg(token) != JWT_ALG_HS256 || header->alg != "HS256" || header->typ != "JWT")
    return refused("the session's token is not signed as this server signs");
  return {};
}

base::Result<> check_payload(const Payload& payload, base::Time now) {
  constexpr std::int64_t lifetime = std::chrono::seconds{token_lifetime}.count();
  if (payload.iss != issuer || payload.sub.empty() || payload.sid.empty() || payload.iat < 0 ||
      payload.exp - payload.iat != lifetime || payload.iat > seconds(now + tolerance))
    return refused("the session's token was not made by this server");
  if (payload.exp <= seconds(now)) return refused("the session's token has expired");
  return {};
}

}  // namespace

std::string sign(const Claims& claims, const std::string& secret) {
  jwt_t* made = nullptr;
  if (::jwt_new(&made) != 0) throw std::bad_alloc();
  const Token token{made};
  ::jwt_add_grant(made, "iss", issuer);
  ::jwt_add_grant(made, "sub", claims.account.c_str());
  ::jwt_add_grant(made, "sid", claims.session.c_str());
  ::jwt_add_grant_int(made, "iat", seconds(claims.issued));
  ::jwt_add_grant_int(made, "exp", seconds(claims.expires));
  ::jwt_set_alg(made, JWT_ALG_HS256, key_of(secret), static_cast<int>(secret.size()));
  const Text text{::jwt_encode_str(made)};
  if (!text) throw std::bad_alloc();
  return text.get();
}

base::Result<Claims> verify(std::string_view token, const std::string& secret, base::Time now) {
  if (token.size() > max_token_bytes || token.contains('\0'))
    return refused("the session's token was not made by this server");
  jwt_t* decoded = nullptr;
  const std::string text{token};
  if (::jwt_decode(&decoded, text.c_str(), key_of(secret), static_cast<int>(secret.size())) != 0)
    return refused("the session's token is not signed by this server");
  const Token owned{decoded};
  if (auto header = check_header(decoded); !header) return std::unexpected(header.error());
  const auto payload = read<Payload>(Text{::jwt_get_grants_json(decoded, nullptr)});
  if (!payload) return std::unexpected(payload.error());
  if (auto checked = check_payload(*payload, now); !checked) return std::unexpected(checked.error());
  return Claims{payload->sub, payload->sid, from_seconds(payload->iat), from_seconds(payload->exp)};
}

}  // namespace slipway::server::access
