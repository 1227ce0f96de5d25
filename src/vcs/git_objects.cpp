#include "vcs/git_objects.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/unique_fd.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

constexpr off_t header_size = 8;
constexpr off_t fanout_size = 256 * 4;

std::string to_bytes(const std::string& id) {
  std::string bytes;
  for (std::size_t index = 0; index + 1 < id.size(); index += 2) {
    unsigned char byte = 0;
    std::from_chars(id.data() + index, id.data() + index + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

bool read_at(int file, void* buffer, std::size_t size, off_t offset) {
  return ::pread(file, buffer, size, offset) == static_cast<ssize_t>(size);
}

// Answers true where it cannot tell.
class PackIndex {
 public:
  explicit PackIndex(const fs::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

  bool may_hold(const std::string& wanted) {
    std::array<unsigned char, 8> header{};
    constexpr std::array<unsigned char, 8> version_2{0xff, 't', 'O', 'c', 0, 0, 0, 2};
    if (!file_ || !read_at(file_.get(), header.data(), header.size(), 0) || header != version_2) return true;
    const auto lead = static_cast<unsigned char>(wanted[0]);
    std::size_t low = lead == 0 ? 0 : count_up_to(lead - 1);
    std::size_t high = count_up_to(lead);
    while (readable_ && low < high) {
      const std::size_t middle = low + ((high - low) / 2);
      const int order = compare(wanted, middle);
      if (order == 0) return true;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
    return !readable_;
  }

 private:
  // How many ids begin with this byte or a smaller one.
  std::size_t count_up_to(int lead) {
    std::array<unsigned char, 4> count{};
    readable_ =
        readable_ && read_at(file_.get(), count.data(), count.size(), header_size + (off_t{lead} * 4));
    return (std::size_t{count[0]} << 24U) | (std::size_t{count[1]} << 16U) | (std::size_t{count[2]} << 8U) |
           count[3];
  }

  int compare(const std::string& wanted, std::size_t position) {
    std::array<char, 32> id{};
    const auto offset = static_cast<off_t>(position * wanted.size());
    readable_ =
        readable_ && read_at(file_.get(), id.data(), wanted.size(), header_size + fanout_size + offset);
    return std::memcmp(wanted.data(), id.data(), wanted.size());
  }

  base::UniqueFd file_;
  bool readable_ = true;
};

}  // namespace

bool may_hold_object(const fs::path& objects, const std::string& id) {
  if (is_there(objects / id.substr(0, 2) / id.substr(2))) return true;
  if (is_there(objects / "info/alternates")) return true;
  const std::string wanted = to_bytes(id);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator{objects / "pack", error}) {
    if (entry.path().extension() == ".idx" && PackIndex{entry.path()}.may_hold(wanted)) return true;
  }
  return static_cast<bool>(error);
}

namespace {

bool holds_more_than(const fs::path& directory, int limit) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (limit-- <= 0) return true;
  }
  return false;
}

}  // namespace

bool is_worth_a_gc(const fs::path& repository) {
  const fs::path objects = repository / "objects";
  std::error_code ignored;
  // A .git that is a file points elsewhere: git finds its way.
  if (!fs::is_directory(objects, ignored)) return true;
  return holds_more_than(objects / "17", 26) || holds_more_than(objects / "pack", 3 * 50);
}

}  // namespace slipway::vcs
