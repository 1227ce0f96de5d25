// The files of a release, as its repository has them and as they were made on disk: told apart later by size
// and time, so that what was changed since is found without reading a file and without git or svn.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "vcs/types.h"

namespace slipway::vcs {

namespace asio = boost::asio;

enum class FileKind : char { plain = 'f', executable = 'x', link = 'l', directory = 'd' };

struct ReleaseFile {
  std::string path;  // relative, bytes with '/'
  FileKind kind = FileKind::plain;
  std::string identity;    // the same: the same content on disk
  std::uint64_t size = 0;  // about
  std::size_t part = 0;    // of the content that it comes from
};

// As it was on disk when the release was made.
struct MadeFile {
  FileKind kind = FileKind::plain;
  std::string identity;
  std::uint64_t size = 0;
  std::int64_t changed = 0;  // nanoseconds
};

using MadeFiles = std::unordered_map<std::string, MadeFile>;

// The file as it is now; none: there is nothing, or something that no release has (a device).
std::optional<MadeFile> look_at_file(const fs::path& file);

bool is_untouched(const fs::path& file, const MadeFile& made);

base::Result<> save_files(const fs::path& list, const MadeFiles& files);
// An unreadable list is an empty one: nothing can be taken from that release.
MadeFiles load_files(const fs::path& list);

// Files that are not as they were made, sorted.
asio::awaitable<std::vector<std::string>> touched_files(fs::path directory, const MadeFiles& files);

}  // namespace slipway::vcs
