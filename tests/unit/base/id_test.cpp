#include "base/id.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "base/time.h"

namespace slipway::base {
namespace {

TEST(Id, IsOneOfItsKind) {
  EXPECT_TRUE(is_id(make_id()));
}

TEST(Id, IsMadeOnlyOnceWhicheverThreadMakesIt) {
  constexpr std::size_t each = 2000;
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::jthread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine] {
      for (std::size_t i = 0; i < each; ++i) mine.push_back(make_id());
    });
  }
  threads.clear();
  std::set<std::string> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), each * made.size());
}

TEST(Id, SortsByTheTimeItWasMade) {
  std::string before = make_id();
  for (int i = 0; i < 20; ++i) {
    const Time then = now();
    while (now() == then) std::this_thread::yield();
    std::string after = make_id();
    EXPECT_LT(before, after);
    before = std::move(after);
  }
}

TEST(Id, IsNothingElse) {
  const std::string id = make_id();
  EXPECT_FALSE(is_id(""));
  EXPECT_FALSE(is_id(id + "0"));
  EXPECT_FALSE(is_id(id.substr(1)));
  EXPECT_FALSE(is_id("../../../../../etc/passwd"));
  for (const char stranger : std::string{"ilouA/.\0 ", 9}) {
    std::string changed = id;
    changed[7] = stranger;
    EXPECT_FALSE(is_id(changed)) << stranger;
  }
}

}  // namespace
}  // namespace slipway::base
