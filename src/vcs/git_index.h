// git's index, read without starting git: whether the files that a switch is going to change are as git left
// them. docs: gitformat-index(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vcs/git_parse.h"
#include "vcs/types.h"

namespace slipway::vcs {

class GitIndex {
 public:
  // None where the index holds more than files with nothing special about them (conflicts, sparse or split
  // indexes, files that git was told to overlook): then git has to be asked. `id_size` in bytes.
  static std::optional<GitIndex> read(const fs::path& file, std::size_t id_size);

  // Whether the file is in index and work tree what it is in HEAD: by the sizes and times that git wrote down
  // when it last looked, as git itself decides. False: it was edited, or cannot be told from here.
  bool is_untouched(const fs::path& work_tree, const GitDifference& difference) const;

 private:
  explicit GitIndex(std::string bytes, std::size_t id_size) : bytes_(std::move(bytes)), id_size_(id_size) {}

  bool parse();
  bool add_entry(std::size_t& at);
  bool extensions_are_plain(std::size_t at) const;
  std::uint32_t number_at(std::size_t at) const;
  std::string_view path_of(std::size_t entry) const;
  std::optional<std::size_t> find(std::string_view path) const;
  bool holds_directory(const std::string& path) const;
  bool is_absent(const std::string& path) const;
  std::string id_of(std::size_t entry) const;
  bool is_fresh(std::size_t entry, const fs::path& file) const;

  std::string bytes_;
  std::size_t id_size_;
  std::vector<std::size_t> entries_;  // where each begins; they are sorted by path
  std::int64_t written_s_ = 0;
  std::int64_t written_ns_ = 0;
};

}  // namespace slipway::vcs
