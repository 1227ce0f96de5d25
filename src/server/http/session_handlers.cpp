#include <boost/describe.hpp>

#include "base/text.h"
#include "server/http/body.h"
#include "server/http/cookies.h"
#include "server/http/credentials.h"
#include "server/http/handlers.h"
#include "server/http/people_views.h"
#include "server/http/problem.h"

namespace slipway::server::http {
namespace {

struct LoginBody {
  std::string name;
  std::string password;
  std::optional<bool> bearer;
};
BOOST_DESCRIBE_STRUCT(LoginBody, (), (name, password, bearer))

struct PasswordBody {
  std::string old_password;
  std::string new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordBody, (), (old_password, new_password))

Problem to_problem(const access::LoginRefused& refused) {
  switch (refused.why) {
    case access::LoginRefused::Why::wrong:
      return {ProblemCode::unauthorized, refused.detail};
    case access::LoginRefused::Why::too_often:
      return {ProblemCode::too_many_requests, refused.detail};
    case access::LoginRefused::Why::busy:
      break;
  }
  return {ProblemCode::unavailable, refused.detail};
}

Response refuse(const access::LoginRefused& refused, const std::string& who) {
  Response response = to_response(to_problem(refused));
  if (refused.wait.count() > 0) response.headers.add("Retry-After", std::to_string(refused.wait.count()));
  response.audit_who = who;
  return response;
}

// Either cookies or a token in the body: a page never sees what its cookies hold.
Response granted(const Request& request, const access::Grant& grant, bool bearer) {
  auto session = session_json(grant.identity);
  session["expires_at"] = base::to_rfc3339(grant.expires_at);
  if (bearer) session["token"] = grant.token;
  Response response = json_response(200, session);
  if (!bearer) set_cookies(response, request, grant);
  return response;
}

bool has_bearer(const Request& request) {
  return request.headers.find("Authorization").has_value();
}

access::LoginRequest login_request(const Request& request, std::string name, std::string password) {
  return {.name = std::move(name),
          .password = std::move(password),
          .origin = request.client,
          .device = cookie_of(request.headers, cookie_names(request.secure).device)};
}

Response not_renewed(std::string detail) {
  Response response = to_response({ProblemCode::unauthorized, std::move(detail)});
  // A page asks for it whenever it is opened.
  response.audit_quietly = true;
  return response;
}

}  // namespace

asio::awaitable<Response> log_in(const HttpContext& context, const Request& request) {
  auto wanted = read_body<LoginBody>(request);
  if (!wanted) co_return to_response(wanted.error());
  const std::string name = wanted->name;
  const auto grant =
      co_await context.access.log_in(login_request(request, name, std::move(wanted->password)));
  if (!grant) co_return refuse(grant.error(), name);
  Response response = granted(request, *grant, wanted->bearer.value_or(false));
  response.audit_who = grant->identity.name;
  co_return response;
}

asio::awaitable<Response> get_session(const HttpContext&, const Request& request) {
  co_return json_response(200, session_json(request.who));
}

asio::awaitable<Response> log_out(const HttpContext& context, const Request& request) {
  if (request.who.via != access::Via::session)
    co_return to_response(
        {ProblemCode::conflict, request.who.via == access::Via::proxy
                                    ? "the proxy in front of the server has logged you in; log out there"
                                    : "an API token has no session; revoke the token in its place"});
  co_await context.access.log_out(request.who.key);
  Response response = json_response(200, boost::json::object{{"ended", true}});
  if (!has_bearer(request)) clear_cookies(response, request);
  co_return response;
}

asio::awaitable<Response> renew_session(const HttpContext& context, const Request& request) {
  const bool bearer = has_bearer(request);
  std::string session;
  std::optional<std::string> secret;
  if (bearer) {
    const auto who =
        context.access.identify(credentials_of(request.headers, request.secure, ""), request.peer);
    if (!who || who->via != access::Via::session)
      co_return not_renewed(who ? "an API token needs no renewal" : who.error().message);
    session = who->key;
  } else {
    const auto shown = parse_renewal(cookie_of(request.headers, cookie_names(request.secure).renewal));
    if (!shown) co_return not_renewed("nobody is logged in");
    session = shown->session;
    secret = shown->secret;
  }
  const auto grant = co_await context.access.renew(std::move(session), std::move(secret));
  if (!grant) co_return not_renewed(grant.error().message);
  Response response = granted(request, *grant, bearer);
  response.audit_quietly = true;
  co_return response;
}

asio::awaitable<Response> change_password(const HttpContext& context, const Request& request) {
  auto wanted = read_body<PasswordBody>(request);
  if (!wanted) co_return to_response(wanted.error());
  const std::string& name = request.who.name;
  if (auto good = access::check_password(wanted->new_password, name); !good)
    co_return to_response(
        to_problem(base::Error{good.error().code, "new_password: " + good.error().message}));
  auto login = login_request(request, name, std::move(wanted->old_password));
  const auto grant =
      co_await context.access.change_password(std::move(login), std::move(wanted->new_password));
  if (!grant && grant.error().why == access::LoginRefused::Why::wrong)
    co_return to_response({ProblemCode::invalid, "old_password: it is not the password of this account"});
  if (!grant) co_return refuse(grant.error(), name);
  co_return granted(request, *grant, has_bearer(request));
}

}  // namespace slipway::server::http
