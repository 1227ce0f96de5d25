// A directory of its own for a test, with real repositories, an empty home, and what an order printed.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "vcs/vcs.h"

namespace slipway::vcs {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Runs a coroutine on an event loop of its own to its end.
template <class T>
T wait_for(asio::awaitable<T> operation) {
  asio::io_context loop;
  std::optional<T> result;
  std::exception_ptr failure;
  asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr error, T value) {
    failure = error;
    result.emplace(std::move(value));
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

void wait_for(asio::awaitable<void> operation);

class Sandbox : public ::testing::Test {
 protected:
  Sandbox();
  ~Sandbox() override;

  const fs::path& root() const { return root_; }
  fs::path in(const std::string& name) const { return root_ / name; }

  // Runs a line of shell in the sandbox's root; it must succeed. What it prints, without the last line end.
  std::string sh(const std::string& line) const;

  // Every git and svn that is started through PATH from now on is counted; the first words of each.
  void count_processes();
  std::vector<std::string> started() const;

  // The parts of an order, one after another on one object; stops at the first error.
  struct Order {
    base::Result<Status> checked;
    base::Result<> done;
    std::vector<std::string> notes;
    std::string output;
    std::unique_ptr<WorkingCopy> copy;

    std::string error() const {
      return !checked ? checked.error().message : !done ? done.error().message : "";
    }
    bool ok() const { return checked && done; }
  };
  Order order(const Spec& spec, const std::string& revision, const std::string& id = "order1");
  // What tools and we write goes to the order.
  static Io io_of(Order& order);
  // Without the switch.
  Order order_until_prepared(const Spec& spec, const std::string& revision, const std::string& id = "order1");

  std::optional<base::Time> own_lock_since;
  std::function<void()> before_switch = [] {};

 private:
  fs::path root_;
};

std::string read(const fs::path& path);
void write(const fs::path& path, const std::string& content);

}  // namespace slipway::vcs
