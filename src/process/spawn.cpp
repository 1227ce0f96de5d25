#include "process/spawn.h"

#include <fcntl.h>
#include <spawn.h>

#include <csignal>
#include <vector>

#include "process/program.h"

namespace slipway::process {
namespace {

// posix_spawn's functions return an errno; what they can fail of here is memory.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&value_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&value_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&value_, &signals);
    ::posix_spawnattr_setpgroup(&value_, 0);
    ::posix_spawnattr_setflags(&value_,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&value_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &value_; }

 private:
  posix_spawnattr_t value_{};
};

class FileActions {
 public:
  FileActions(const fs::path& directory, Outputs outputs) {
    ::posix_spawn_file_actions_init(&value_);
    ::posix_spawn_file_actions_addopen(&value_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&value_, outputs.out, 1);
    ::posix_spawn_file_actions_adddup2(&value_, outputs.err, 2);
#if __GLIBC_PREREQ(2, 34)
    // Ours are all close-on-exec; this is for those of libraries that are not.
    ::posix_spawn_file_actions_addclosefrom_np(&value_, 3);
#endif
    if (!directory.empty()) ::posix_spawn_file_actions_addchdir_np(&value_, directory.c_str());
  }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&value_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  const posix_spawn_file_actions_t* get() const { return &value_; }

 private:
  posix_spawn_file_actions_t value_{};
};

// The form that C wants; the strings stay where they are.
std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

base::Result<Child> spawn(const Command& command, Outputs outputs) {
  if (auto checked = check(command); !checked) return std::unexpected(checked.error());
  const std::vector<std::string> environment = environment_of(command);
  const auto program = find_program(command, environment);
  if (!program) return std::unexpected(program.error());
  const Attributes attributes;
  const FileActions actions{command.directory, outputs};
  const std::vector<char*> argv = pointers_to(command.argv);
  const std::vector<char*> env = pointers_to(environment);
  auto child = Child::start([&](pid_t& pid) {
    return ::posix_spawn(&pid, program->c_str(), actions.get(), attributes.get(), argv.data(), env.data());
  });
  if (!child) return std::unexpected(cannot_start(command, *program, child.error()));
  return std::move(*child);
}

}  // namespace slipway::process
