// The processes of this machine, as /proc shows them. Linux.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace slipway::process {

// Names one process for ever: a pid is given to another process some day, but not with the same start.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t started = 0;  // clock ticks since boot
  auto operator<=>(const ProcessId&) const = default;
};

struct ProcessInfo {
  ProcessId id;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  bool dead = false;  // a zombie: it does nothing any more, its parent has not taken note yet
};

// Reads the content of /proc/<pid>/stat; nothing for what does not look like one.
std::optional<ProcessInfo> parse_stat(std::string_view text);

// Our own children, dead ones too; nothing where the kernel does not tell. Costs microseconds, where
// list_processes() costs more the more processes the machine has.
std::optional<std::vector<pid_t>> own_children();

// All processes, by ascending pid. Not one moment: processes start and end while it is read.
std::vector<ProcessInfo> list_processes();

}  // namespace slipway::process
