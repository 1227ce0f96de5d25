#include <chrono>

#include "agent/health_check.h"
#include "base/address.h"
#include "base/http_url.h"
#include "base/text.h"

namespace slipway::agent {
namespace {

using base::ErrorCode;

base::Result<> check_times(const wire::HealthCheck& check) {
  constexpr std::uint64_t most = std::chrono::milliseconds(std::chrono::days{7}).count();
  const auto possible = [](std::uint64_t time) { return time > 0 && time <= most; };
  if (!possible(check.interval_ms) || !possible(check.timeout_ms)) {
    return base::fail(ErrorCode::invalid,
                      "a health check every {} ms for {} ms is not possible; expected more than 0 and at "
                      "most 7 days",
                      check.interval_ms, check.timeout_ms);
  }
  if (check.healthy == 0)
    return base::fail(ErrorCode::invalid, "a health check that must succeed 0 times says nothing");
  if (check.healthy - 1 >= (check.timeout_ms + check.interval_ms - 1) / check.interval_ms) {
    return base::fail(ErrorCode::invalid, "a health check cannot succeed {} times, {} ms apart, within {} ms",
                      check.healthy, check.interval_ms, check.timeout_ms);
  }
  return {};
}

base::Result<> check_tcp(const std::string& tcp) {
  const auto address = base::parse_address(tcp);
  if (!address) return std::unexpected(address.error());
  if (!address->host.empty() && address->port != 0) return {};
  return base::fail(ErrorCode::invalid, "\"{}\" cannot be connected to; expected \"host:port\"",
                    base::printable(tcp));
}

}  // namespace

base::Result<> validate_health_check(const wire::HealthCheck& check) {
  if (!check.http && !check.tcp && !check.command)
    return base::fail(ErrorCode::invalid, "a health check without http, tcp or command checks nothing");
  if (check.http) {
    if (const auto url = base::parse_http_url(*check.http); !url) return std::unexpected(url.error());
  }
  if (check.expect && (!check.http || *check.expect < 200 || *check.expect > 599)) {
    return base::fail(ErrorCode::invalid, "a health check cannot expect the status {}{}", *check.expect,
                      check.http ? "; expected 200 to 599" : " without http");
  }
  if (check.tcp) {
    if (auto tcp = check_tcp(*check.tcp); !tcp) return tcp;
  }
  if (check.command && (check.command->empty() || check.command->contains('\0')))
    return base::fail(ErrorCode::invalid, "the command of a health check is empty or holds a NUL character");
  return check_times(check);
}

}  // namespace slipway::agent
