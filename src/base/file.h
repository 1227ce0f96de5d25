// Small files, read and written whole, and made durable.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::base {

namespace fs = std::filesystem;

// The whole file, at most `max_bytes` of it: a larger one is an error.
Result<std::string> read_file(const fs::path& path, std::size_t max_bytes = std::size_t{16} << 20U);

// Replaces the file as a whole: written beside it, flushed to disk, renamed over it. After an error or a
// power loss the old file or the new one is there, never a half. Mode 0600.
Result<> write_file_durably(const fs::path& path, std::string_view content);

// Flushes a directory, so that the names in it survive a power loss.
Result<> sync_directory(const fs::path& path);

// Makes the directory (and those above it, mode 0700) and checks that files can be made in it.
Result<> make_writable_directory(const fs::path& path);

}  // namespace slipway::base
