#include "server/http/page.h"

#include <algorithm>

#include "base/text.h"
#include "server/http/gunzip.h"

namespace slipway::server::http {
namespace {

// Calls the function with each element of a list "a, b;q=1, c" until it returns true.
template <class Function>
bool any_element(std::string_view list, Function function) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (function(base::trim(list.substr(0, end)))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// "gzip;q=0" says that it is not wanted.
bool has_zero_weight(std::string_view element) {
  const std::size_t weight = element.find("q=");
  return weight != std::string_view::npos &&
         element.find_first_not_of("0. ", weight + 2) == std::string_view::npos;
}

std::string_view without_weakness(std::string_view etag) {
  return etag.starts_with("W/") ? etag.substr(2) : etag;
}

const PageFile* find_file(std::span<const PageFile> files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &PageFile::path);
  return found == files.end() ? nullptr : &*found;
}

bool is_page_address(const Request& request) {
  const auto& segments = request.target.segments;
  return segments.empty() || (segments.front() != "api" && segments.front() != "assets");
}

void add_content(Response& response, const Request& request, const PageFile& file) {
  if (accepts_gzip(request.headers.find("Accept-Encoding").value_or(""))) {
    response.headers.add("Content-Encoding", "gzip");
    response.constant_body = file.gzipped;
  } else {
    response.body = gunzip(file.gzipped);
  }
}

Response serve(const Request& request, const PageFile& file) {
  Response response;
  response.headers = {{"Content-Type", std::string{file.content_type}},
                      {"ETag", std::string{file.etag}},
                      {"Vary", "Accept-Encoding"},
                      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (matches_etag(request.headers.find("If-None-Match").value_or(""), file.etag))
    response.status = 304;
  else
    add_content(response, request, file);
  return response;
}

}  // namespace

bool accepts_gzip(std::string_view header) {
  return any_element(header, [](std::string_view element) {
    const std::string_view coding = base::trim(element.substr(0, element.find(';')));
    return (equal_ignoring_case(coding, "gzip") || coding == "*") && !has_zero_weight(element);
  });
}

bool matches_etag(std::string_view header, std::string_view etag) {
  return any_element(header, [etag](std::string_view element) {
    return element == "*" || without_weakness(element) == without_weakness(etag);
  });
}

std::optional<Response> find_page(const Request& request, std::span<const PageFile> files) {
  const PageFile* file = find_file(files, request.target.path);
  if (file == nullptr && is_page_address(request)) file = find_file(files, "/index.html");
  if (file == nullptr) return std::nullopt;
  return serve(request, *file);
}

std::optional<Response> find_page(const Request& request) {
  return find_page(request, page_files());
}

}  // namespace slipway::server::http
