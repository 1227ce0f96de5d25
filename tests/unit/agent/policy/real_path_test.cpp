#include "agent/policy/real_path.h"

#include <gtest/gtest.h>

#include "base/temp_dir.h"

namespace slipway::agent::policy {
namespace {

namespace fs = std::filesystem;

class RealPath : public testing::Test {
 protected:
  RealPath() {
    fs::create_directories(root / "srv/shop");
    fs::create_directories(root / "secret");
  }

  void link(const char* name, const fs::path& to) { fs::create_symlink(to, root / name); }
  fs::path real(const char* name) { return real_path(root / name).value_or("an error"); }

  slipway::test::TempDir temporary;
  fs::path root = fs::canonical(temporary.path());
};

TEST_F(RealPath, FollowsLinks) {
  link("srv/a", root / "secret");
  link("srv/b", "../secret/../srv/shop");
  EXPECT_EQ(real("srv/shop"), root / "srv/shop");
  EXPECT_EQ(real("srv/a/x"), root / "secret/x");
  EXPECT_EQ(real("srv/b"), root / "srv/shop");
}

TEST_F(RealPath, TellsWhereSomethingWouldBeMade) {
  EXPECT_EQ(real("srv/new/app"), root / "srv/new/app");
  link("srv/dangling", root / "secret/new");
  EXPECT_EQ(real("srv/dangling/app"), root / "secret/new/app");
}

TEST_F(RealPath, WalksBackFromWhereALinkLed) {
  link("srv/a", root / "secret");
  EXPECT_EQ(real("srv/a/../x"), root / "x");
}

TEST_F(RealPath, RefusesWhatCannotBeTold) {
  link("srv/one", "two");
  link("srv/two", "one");
  EXPECT_FALSE(real_path(root / "srv/one"));
  EXPECT_FALSE(real_path(root / "srv/new/../../x"));
  EXPECT_FALSE(real_path("srv/shop"));
}

}  // namespace
}  // namespace slipway::agent::policy
