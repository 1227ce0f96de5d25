#include "server/access/model.h"

#include <algorithm>

#include "base/text.h"

namespace slipway::server::access {
namespace {

constexpr std::size_t max_name = 64;
constexpr std::size_t min_password = 10;
constexpr std::size_t max_password = 1024;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

// A colon ends the name in HTTP's basic authentication, a slash in an address; a quote would have to be
// escaped everywhere.
bool fits_in_a_name(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != '\x7f' &&
         std::string_view{":/\\\"',;"}.find(c) == std::string_view::npos;
}

}  // namespace

bool may_see(const Apps& apps, std::string_view app) {
  return !apps || std::ranges::find(*apps, app) != apps->end();
}

std::string told(const Apps& apps) {
  return apps ? "apps " + base::join(*apps, ", ") : "all apps";
}

Apps common(const Apps& a, const Apps& b) {
  if (!a || !b) return a ? a : b;
  Apps both{std::in_place};
  std::ranges::copy_if(*a, std::back_inserter(*both),
                       [&](const std::string& app) { return may_see(b, app); });
  return both;
}

bool Session::over(base::Time now) const {
  return now >= renewed_at + idle_limit || now >= created_at + age_limit;
}

const Account* People::find_account(std::string_view name) const {
  const auto found = accounts.find(name);
  return found == accounts.end() ? nullptr : &found->second;
}

const Session* People::find_session(std::string_view id) const {
  const auto found = sessions.find(id);
  return found == sessions.end() ? nullptr : &found->second;
}

std::string name_of(Role role) {
  return boost::describe::enum_to_string(role, "");
}

base::Result<Role> parse_role(std::string_view text) {
  Role role{};
  if (boost::describe::enum_from_string(std::string{text}.c_str(), role)) return role;
  return base::fail(base::ErrorCode::invalid, "\"{}\" is no role; expected viewer, deployer or admin",
                    base::printable(base::shorten(text, 40)));
}

base::Result<> check_account_name(std::string_view name) {
  if (!name.empty() && characters(name) <= max_name && base::is_utf8(name) &&
      std::ranges::all_of(name, fits_in_a_name))
    return {};
  return base::fail(base::ErrorCode::invalid,
                    "\"{}\" cannot be the name of an account; expected 1 to {} characters without spaces, "
                    "slashes, colons, commas, semicolons and quotes",
                    base::printable(base::shorten(name, 80)), max_name);
}

base::Result<> check_password(std::string_view password, std::string_view account) {
  if (characters(password) < min_password)
    return base::fail(base::ErrorCode::invalid, "the password is too short; expected at least {} characters",
                      min_password);
  if (password.size() > max_password)
    return base::fail(base::ErrorCode::invalid, "the password is too long; expected at most {} bytes",
                      max_password);
  if (password == account)
    return base::fail(base::ErrorCode::invalid, "the password is the account's name; choose another one");
  return {};
}

}  // namespace slipway::server::access
