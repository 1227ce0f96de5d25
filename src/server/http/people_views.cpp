#include "server/http/people_views.h"

#include "json/map.h"

namespace slipway::server::http {
namespace {

boost::json::value time_or_null(const std::optional<base::Time>& time) {
  if (!time) return nullptr;
  return boost::json::string(base::to_rfc3339(*time));
}

boost::json::value apps_json(const access::Apps& apps) {
  return json::encode_value(apps, true);
}

}  // namespace

boost::json::object session_json(const access::Identity& who) {
  return {{"name", who.name},
          {"role", access::name_of(who.role)},
          {"apps", apps_json(who.apps)},
          {"via", boost::describe::enum_to_string(who.via, "")},
          {"expires_at", nullptr},
          {"token", nullptr}};
}

boost::json::object to_json(const access::Account& account) {
  return {{"name", account.name},
          {"role", access::name_of(account.role)},
          {"apps", apps_json(account.apps)},
          {"disabled", account.disabled},
          {"created_at", base::to_rfc3339(account.created_at)},
          {"last_login", time_or_null(account.last_login)}};
}

boost::json::object to_json(const access::ApiToken& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"account", token.account},
          {"role", access::name_of(token.role)},
          {"apps", apps_json(token.apps)},
          {"created_at", base::to_rfc3339(token.created_at)},
          {"expires_at", time_or_null(token.expires_at)},
          {"last_used", time_or_null(token.last_used)}};
}

boost::json::object to_json(const access::AuditEntry& entry) {
  return {{"id", entry.id},           {"at", base::to_rfc3339(entry.at)},
          {"who", entry.who},         {"via", entry.via},
          {"origin", entry.origin},   {"what", entry.what},
          {"target", entry.target},   {"app", entry.app},
          {"result", entry.result},   {"detail", entry.detail},
          {"repeats", entry.repeats}, {"hash", entry.hash}};
}

}  // namespace slipway::server::http
