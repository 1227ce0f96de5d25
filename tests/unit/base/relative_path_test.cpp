#include "base/relative_path.h"

#include <gtest/gtest.h>

namespace slipway::base {
namespace {

TEST(ARelativePath, HasOneSpelling) {
  EXPECT_EQ(relative_path("storage//logs/").value(), "storage/logs");
  EXPECT_EQ(relative_path(".env").value(), ".env");
  EXPECT_EQ(relative_path("..a/b..").value(), "..a/b..");
  EXPECT_EQ(relative_path("中文/a b").value(), "中文/a b");
}

TEST(ARelativePath, ThatLeavesItsFolderIsRefusedInWords) {
  for (const char* path : {"", "/", "/etc", "..", "../a", "a/../b", "a/..", ".", "./a", "a\nb", "\x7f"}) {
    const auto refused = relative_path(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  }
  EXPECT_EQ(relative_path("a/../b").error().message,
            "the path \"a/../b\" must not go through \".\" or \"..\"");
}

TEST(APath, IsInsideOfItselfAndOfWhatIsAboveIt) {
  EXPECT_TRUE(is_inside("logs", "logs"));
  EXPECT_TRUE(is_inside("logs/a", "logs"));
  EXPECT_FALSE(is_inside("logs2", "logs"));
  EXPECT_FALSE(is_inside("log", "logs"));
}

}  // namespace
}  // namespace slipway::base
