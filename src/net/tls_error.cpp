#include "net/tls_context.h"

namespace slipway::net {
namespace {

using base::Error;
using base::ErrorCode;

// A peer's alert is reported as this and the alert's number.
constexpr int alerts = 1000;

constexpr bool is_refusal(int alert) {
  return alert == SSL_AD_BAD_CERTIFICATE || alert == SSL_AD_UNKNOWN_CA || alert == SSL_AD_ACCESS_DENIED ||
         alert == SSL_AD_CERTIFICATE_UNKNOWN || alert == SSL_AD_CERTIFICATE_REVOKED;
}

Error of_alert(int alert, std::string_view doing) {
  if (is_refusal(alert))
    return {ErrorCode::conflict, "the other side does not trust the key of this side, and ended the link"};
  if (alert == SSL_AD_PROTOCOL_VERSION)
    return {ErrorCode::invalid, fmt::format("{}: the other side does not speak TLS 1.3", doing)};
  if (alert == TLS13_AD_CERTIFICATE_REQUIRED)
    return {ErrorCode::invalid, fmt::format("{}: the other side wants a certificate", doing)};
  return {ErrorCode::io,
          fmt::format("{}: the other side ended it ({})", doing, SSL_alert_desc_string_long(alert))};
}

bool is_not_tls(int reason) {
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_HTTPS_PROXY_REQUEST || reason == SSL_R_UNEXPECTED_MESSAGE ||
         reason == SSL_R_BAD_RECORD_TYPE || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
         reason == SSL_R_RECORD_TOO_SMALL;
}

Error of_openssl(int reason, unsigned long code, std::string_view doing) {
  if (reason > alerts && reason < alerts + 256) return of_alert(reason - alerts, doing);
  if (is_not_tls(reason))
    return {ErrorCode::invalid,
            fmt::format("{}: what came is not TLS; is the other side plaintext, or another program?", doing)};
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL)
    return {ErrorCode::invalid, fmt::format("{}: the other side does not speak TLS 1.3", doing)};
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
    return {ErrorCode::invalid, fmt::format("{}: the other side showed no key", doing)};
  const char* text = ERR_reason_error_string(code);
  return {ErrorCode::invalid, fmt::format("{}: {}", doing, text == nullptr ? "TLS failed" : text)};
}

}  // namespace

Error tls_error(const boost::system::error_code& error, std::string_view doing) {
  // An end without TLS's own goodbye tells no more than one with it: every frame says how long it is.
  if (error == asio::error::eof || error == ssl::error::stream_truncated)
    return {ErrorCode::unavailable, "the other side closed the link"};
  if (error.category() != asio::error::get_ssl_category())
    return {ErrorCode::io, fmt::format("{}: {}", doing, error.message())};
  const auto code = static_cast<unsigned long>(static_cast<unsigned>(error.value()));
  return of_openssl(ERR_GET_REASON(code), code, doing);
}

}  // namespace slipway::net
