// Serves the web page.
#pragma once

#include <optional>
#include <string_view>

#include "server/http/page_files.h"
#include "server/http/request.h"
#include "server/http/response.h"

namespace slipway::server::http {

// The file that the path names; for every other path that is neither under /api nor under /assets the page
// itself, which knows its own addresses. Nothing: there is no such thing.
std::optional<Response> find_page(const Request& request);

// The same, of these files.
std::optional<Response> find_page(const Request& request, std::span<const PageFile> files);

// Whether the header Accept-Encoding allows gzip.
bool accepts_gzip(std::string_view header);

// Whether the header If-None-Match names the tag; weak comparison.
bool matches_etag(std::string_view header, std::string_view etag);

}  // namespace slipway::server::http
