// A loop for one test, what a command printed, and looks at processes from outside.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "process/process.h"

namespace slipway::process::test {

using namespace std::chrono_literals;

// Longer than anything here takes on a loaded machine under sanitizers; reached only by a hang.
inline constexpr auto patience = 60s;

// Whether the condition comes true before the patience is over.
bool eventually(const std::function<bool()>& condition);

// Neither gone nor a zombie.
bool lives(pid_t pid);

// Has a child, dead or alive.
bool has_children();

std::size_t open_descriptors();

// What a sink received, neighbours of the same stream joined.
class Recorder {
 public:
  base::Result<> operator()(Stream stream, std::string_view piece);
  Sink sink() { return std::ref(*this); }

  // Called after every piece with the whole text of its stream.
  std::function<void(const std::string& text)> watch;
  // The error that the sink answers with, once set.
  std::optional<base::Error> refuse;

  std::vector<std::pair<Stream, std::string>> pieces;
  std::vector<std::string> calls;
  std::string out;
  std::string err;
};

class Fixture : public testing::Test {
 protected:
  // Runs the awaitable to its end on the loop; what it throws is thrown.
  template <class T>
  T wait_for(asio::awaitable<T> task);

  base::Result<Exit> run_it(Command command) {
    return wait_for(run(std::move(command), recorder.sink(), &stop));
  }
  base::Result<Exit> shell(std::string script) { return run_it(shell_command(std::move(script))); }
  base::Result<Exit> perl(std::string script) { return run_it(perl_command(std::move(script))); }

  static Command shell_command(std::string script) { return {.argv = {"sh", "-c", std::move(script)}}; }
  static Command perl_command(std::string script) { return {.argv = {"perl", "-e", std::move(script)}}; }

  // Asks for a stop as soon as the child has printed this many lines.
  void stop_after_lines(std::size_t count);

  // The numbers that the child printed.
  std::vector<pid_t> pids() const;

  void run_loop(const bool& done);

  // A test that failed leaves coroutines behind; they go first, while what they use still lives.
  ~Fixture() override { context.reset(); }

  std::unique_ptr<asio::io_context> context = std::make_unique<asio::io_context>();
  asio::io_context& loop = *context;
  StopRequest stop{loop.get_executor()};
  Recorder recorder;
};

template <class T>
T Fixture::wait_for(asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool done = false;
  asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& thrown, T value) {
    failure = thrown;
    result = std::move(value);
    done = true;
  });
  run_loop(done);
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace slipway::process::test
