// The raw output of each node of each deployment, one file for each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace slipway::server::store {

class OutputFiles {
 public:
  explicit OutputFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  base::Result<> open();

  // Writes at the offset. What an uncommitted write left beyond it is overwritten.
  base::Result<> write(const std::string& order_id, std::uint64_t offset, std::string_view bytes);

  // Flushes to disk; a file that does not exist is fine.
  base::Result<> sync(const std::string& order_id);

  // A file that does not exist is fine.
  base::Result<> remove(const std::string& order_id);

  // At most `length` bytes; less at the end.
  base::Result<std::string> read(const std::string& order_id, std::uint64_t offset, std::size_t length) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace slipway::server::store
