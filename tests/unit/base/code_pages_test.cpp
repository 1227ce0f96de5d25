#include "base/code_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>

namespace slipway::base {
namespace {

long resident_files() {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    long kib = 0;
    if (name == "RssFile:" && status >> kib) return kib;
  }
  return 0;
}

TEST(CodePages, LeaveTheMemoryAndComeBackWhenTheyAreUsed) {
  // Code and constants in plenty.
  EXPECT_TRUE(std::regex_match("abc", std::regex("[a-z]+")));
  const long before = resident_files();
  release_code_pages();
  const long after = resident_files();
  EXPECT_LT(after, before);
  EXPECT_TRUE(std::regex_match("abc", std::regex("[a-z]+")));
  EXPECT_GE(resident_files(), after);
}

}  // namespace
}  // namespace slipway::base
