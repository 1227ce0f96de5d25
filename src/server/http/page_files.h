// The files of the web page, as cmake/EmbedPage.cmake put them into the program.
#pragma once

#include <span>
#include <string_view>

namespace slipway::server::http {

struct PageFile {
  std::string_view path;  // "/index.html"
  std::string_view content_type;
  std::string_view etag;     // quoted, weak: the same for both encodings
  std::string_view gzipped;  // the content, compressed
  bool immutable;            // its name changes with its content
};

std::span<const PageFile> page_files();

}  // namespace slipway::server::http
