#include "vcs/sandbox.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace slipway::vcs {

void wait_for(asio::awaitable<void> operation) {
  asio::io_context loop;
  std::exception_ptr failure;
  asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr error) { failure = error; });
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

namespace {

void set_environment(const fs::path& root) {
  const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
  static const std::string path = std::getenv("PATH");
  set("PATH", path);
  set("HOME", (root / "home").string());
  set("GIT_CONFIG_NOSYSTEM", "1");
  set("GIT_AUTHOR_NAME", "Ada");
  set("GIT_AUTHOR_EMAIL", "ada@example.org");
  set("GIT_COMMITTER_NAME", "Ada");
  set("GIT_COMMITTER_EMAIL", "ada@example.org");
  for (const char* const name : {"GIT_CONFIG_COUNT", "GIT_ALLOW_PROTOCOL", "GIT_SSH_COMMAND",
                                 "XDG_CONFIG_HOME", "GIT_DIR", "LC_ALL", "LANG"}) {
    ::unsetenv(name);
  }
}

}  // namespace

Sandbox::Sandbox() {
  std::string name = (fs::temp_directory_path() / "slipway-vcs-XXXXXX").string();
  root_ = ::mkdtemp(name.data());
  fs::create_directory(root_ / "home");
  write(root_ / "home/.gitconfig", "[init]\n\tdefaultBranch = main\n");
  set_environment(root_);
}

Sandbox::~Sandbox() {
  std::error_code error;
  fs::remove_all(root_, error);
}

std::string Sandbox::sh(const std::string& line) const {
  const std::string command = "cd '" + root_.string() + "' && exec 2>&1 && set -e\n" + line;
  std::string out;
  FILE* const pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  EXPECT_EQ(status, 0) << line << "\n" << out;
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

void Sandbox::count_processes() {
  fs::create_directory(in("bin"));
  for (const std::string tool : {"git", "svn", "svnversion"}) {
    const std::string real = sh("command -v " + tool);
    write(in("bin") / tool, "#!/bin/sh\necho " + tool + " \"$@\" | tr '\\n' ' ' >> '" +
                                in("started").string() + "'\necho >> '" + in("started").string() +
                                "'\nexec " + real + " \"$@\"\n");
    fs::permissions(in("bin") / tool, fs::perms::owner_all);
  }
  ::setenv("PATH", (in("bin").string() + ":" + std::getenv("PATH")).c_str(), 1);
  write(in("started"), "");
}

std::vector<std::string> Sandbox::started() const {
  std::istringstream lines{read(root_ / "started")};
  std::vector<std::string> commands;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string tool;
    std::string word;
    words >> tool;
    while (words >> word && word.starts_with('-')) {
      if (word == "-c") words >> word;
    }
    commands.push_back(tool + " " + word);
  }
  return commands;
}

Io Sandbox::io_of(Order& order) {
  Io io;
  io.output = [&order](process::Stream, std::string_view bytes) -> base::Result<> {
    order.output.append(bytes);
    return {};
  };
  io.note = [&order](std::string_view line) -> base::Result<> {
    order.notes.emplace_back(line);
    return {};
  };
  return io;
}

Sandbox::Order Sandbox::order_until_prepared(const Spec& spec, const std::string& revision,
                                             const std::string& id) {
  Order order;
  order.copy = make_working_copy(spec, {in("patches"), id, own_lock_since, revision, in("cache")});
  Io io = io_of(order);
  order.checked = wait_for(order.copy->check(io));
  if (order.checked) order.done = wait_for(order.copy->prepare(revision, io));
  return order;
}

Sandbox::Order Sandbox::order(const Spec& spec, const std::string& revision, const std::string& id) {
  Order order = order_until_prepared(spec, revision, id);
  if (!order.ok()) {
    order.copy.reset();
    return order;
  }
  before_switch();
  Io io = io_of(order);
  order.done = wait_for(order.copy->switch_to(revision, io));
  return order;
}

std::string read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary | std::ios::trunc} << content;
}

}  // namespace slipway::vcs
