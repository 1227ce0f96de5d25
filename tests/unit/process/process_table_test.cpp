#include "process/process_table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace slipway::process::test {
namespace {

constexpr auto tail = " 1 42 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654321 1 2";

TEST(ProcessTable, ReadsALine) {
  const auto process = parse_stat(std::string{"43 (git) S"} + tail);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->id, (ProcessId{43, 987654321}));
  EXPECT_EQ(process->parent, 1);
  EXPECT_EQ(process->group, 42);
  EXPECT_EQ(process->session, 40);
  EXPECT_FALSE(process->dead);
}

TEST(ProcessTable, IsNotFooledByNames) {
  const auto process = parse_stat(std::string{"43 (a) R 7 (b) Z"} + tail);
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->dead);
  EXPECT_EQ(process->parent, 1);
}

TEST(ProcessTable, RefusesWhatIsNoLine) {
  EXPECT_FALSE(parse_stat(""));
  EXPECT_FALSE(parse_stat("43 (git"));
  EXPECT_FALSE(parse_stat("43 (git) S 1 2"));
}

TEST(ProcessTable, ListsThisProcess) {
  const auto all = list_processes();
  const auto self = std::ranges::find(all, ::getpid(), [](const ProcessInfo& info) { return info.id.pid; });
  ASSERT_NE(self, all.end());
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_EQ(self->group, ::getpgrp());
}

}  // namespace
}  // namespace slipway::process::test
