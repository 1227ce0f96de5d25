#include "process/support.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <thread>

#include "base/file.h"
#include "process/process_table.h"

namespace slipway::process::test {

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

bool lives(pid_t pid) {
  const auto text = base::read_file(fs::path{"/proc"} / std::to_string(pid) / "stat");
  if (!text) return false;
  const auto process = parse_stat(*text);
  return process && !process->dead;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

std::size_t open_descriptors() {
  const fs::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

base::Result<> Recorder::operator()(Stream stream, std::string_view piece) {
  if (pieces.empty() || pieces.back().first != stream) pieces.emplace_back(stream, "");
  pieces.back().second += piece;
  calls.emplace_back(piece);
  std::string& text = stream == Stream::out ? out : err;
  text += piece;
  if (watch) watch(text);
  if (refuse) return std::unexpected(*refuse);
  return {};
}

void Fixture::stop_after_lines(std::size_t count) {
  recorder.watch = [this, count](const std::string& text) {
    if (static_cast<std::size_t>(std::ranges::count(text, '\n')) >= count) stop.request();
  };
}

std::vector<pid_t> Fixture::pids() const {
  std::istringstream words{recorder.out};
  std::vector<pid_t> found;
  for (pid_t pid = 0; words >> pid;) found.push_back(pid);
  return found;
}

void Fixture::run_loop(const bool& done) {
  loop.restart();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done && std::chrono::steady_clock::now() < end) loop.run_one_for(100ms);
  if (!done) throw std::runtime_error("the coroutine has not ended in time");
}

}  // namespace slipway::process::test
