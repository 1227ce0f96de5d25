#include "server/http/request_parser.h"

// The one file that includes Beast, which takes seconds to parse.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <boost/beast/http/rfc7230.hpp>

#include "base/text.h"

namespace slipway::server::http {

namespace beast = boost::beast::http;

struct RequestParser::Impl {
  beast::request_parser<beast::string_body> parser;
  Limits limits;
  bool begun = false;
};

namespace {

Problem problem_of(const boost::system::error_code& error, const Limits& limits) {
  if (error == beast::error::body_limit) {
    return {ProblemCode::too_large, fmt::format("a request's body has at most {} bytes", limits.body_bytes)};
  }
  if (error == beast::error::header_limit) {
    return {ProblemCode::header_too_large,
            fmt::format("a request's header has at most {} bytes", limits.header_bytes)};
  }
  return {ProblemCode::bad_request, fmt::format("this is not an HTTP/1.1 request: {}", error.message())};
}

// Old clients send an empty line behind a body; RFC 9112, 2.2 asks to pass over it.
std::size_t empty_lines(std::string_view bytes) {
  return std::min(bytes.find_first_not_of("\r\n"), bytes.size());
}

std::expected<void, Problem> check_host(const Request& request) {
  const std::size_t hosts = request.headers.count("Host");
  if (hosts == 1 || (hosts == 0 && request.http_1_0)) return {};
  return std::unexpected(
      Problem{ProblemCode::bad_request, "an HTTP/1.1 request has exactly one Host header"});
}

}  // namespace

RequestParser::RequestParser(const Limits& limits) : impl_(std::make_unique<Impl>()) {
  impl_->limits = limits;
  impl_->parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  impl_->parser.body_limit(limits.body_bytes);
  impl_->parser.eager(true);
}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

std::expected<std::size_t, Problem> RequestParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  if (!impl_->begun) {
    used = empty_lines(bytes);
    impl_->begun = used < bytes.size();
  }
  while (used < bytes.size() && !done()) {
    boost::system::error_code error;
    const std::size_t taken = impl_->parser.put(boost::asio::buffer(bytes.substr(used)), error);
    used += taken;
    if (error == beast::error::need_more) break;
    if (error) return std::unexpected(problem_of(error, impl_->limits));
    if (taken == 0) break;
  }
  return used;
}

bool RequestParser::begun() const {
  return impl_->begun;
}
bool RequestParser::header_done() const {
  return impl_->parser.is_header_done();
}
bool RequestParser::done() const {
  return impl_->parser.is_done();
}

bool RequestParser::expects_continue() const {
  if (!header_done() || done()) return false;
  const auto& header = impl_->parser.get();
  return header.version() >= 11 && beast::token_list{header[beast::field::expect]}.exists("100-continue");
}

std::expected<Request, Problem> RequestParser::take() {
  Request request;
  request.keep_alive = impl_->parser.keep_alive();
  auto message = impl_->parser.release();
  request.method = message.method_string();
  request.http_1_0 = message.version() < 11;
  for (const auto& field : message) request.headers.add(field.name_string(), field.value());
  request.body = std::move(message.body());
  if (auto host = check_host(request); !host) return std::unexpected(host.error());
  auto target = parse_target(message.target());
  if (!target) {
    const std::string sentence = fmt::format("the address cannot be read: {}", target.error().message);
    return std::unexpected(Problem{ProblemCode::bad_request, sentence});
  }
  request.target = std::move(*target);
  return request;
}

}  // namespace slipway::server::http
