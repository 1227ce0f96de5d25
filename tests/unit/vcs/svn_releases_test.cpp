#include "vcs/releases_sandbox.h"

namespace slipway::vcs {
namespace {

class AnSvnRelease : public SvnReleases {};

TEST_F(AnSvnRelease, IsMadeAndServedThroughALink) {
  const Order done = deploy(second);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(read(current("index.html")), "one\ntwo\n");
  EXPECT_FALSE(fs::exists(current(".svn")));
  EXPECT_THAT(now(), testing::EndsWith("Z-" + second));
  EXPECT_EQ(wait_for(read_status(releases()))->revision, second);
}

TEST_F(AnSvnRelease, CostsTheDiskOnlyWhatChanged) {
  commit("assets/large", std::string(100'000, 'a'), "large");
  ASSERT_EQ(deploy(commit("a", "a\n", "a")).error(), "");
  const fs::path old = fs::canonical(current());
  ASSERT_EQ(deploy(commit("a", "aa\n", "aa")).error(), "");
  EXPECT_EQ(inode(current("assets/large")), inode(old / "assets/large"));
  EXPECT_EQ(read(current("a")), "aa\n");
  EXPECT_EQ(read(old / "a"), "a\n");
}

TEST_F(AnSvnRelease, ThatIsStillThereIsServedAgainWithoutTheNetworkOrACopy) {
  ASSERT_EQ(deploy(first).error(), "");
  const fs::path old = fs::canonical(current());
  ASSERT_EQ(deploy(second).error(), "");
  unplug();
  fs::remove_all(in("cache"));
  count_processes();
  ASSERT_EQ(deploy(first).error(), "");
  EXPECT_EQ(fs::canonical(current()), old);
  EXPECT_THAT(started(), IsEmpty());
}

TEST_F(AnSvnRelease, ThatWasRemovedIsMadeAnew) {
  ASSERT_EQ(deploy(second).error(), "");
  ASSERT_EQ(deploy(first).error(), "");
  EXPECT_EQ(read(current("index.html")), "one\n");
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_EQ(read(current("index.html")), "one\ntwo\n");
}

TEST_F(AnSvnRelease, KeepsModesLinksEmptyFoldersAndOddNames) {
  sh("export LC_ALL=C.UTF-8; cd dev && printf '#!/bin/sh\\n' > run && chmod +x run && ln -s index.html link "
     "&& "
     "mkdir empty 'a b' && echo x > 'a b/中文@2'");
  ASSERT_EQ(deploy(commit("z", "z\n", "odd")).error(), "");
  EXPECT_NE(fs::status(current("run")).permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_EQ(fs::read_symlink(current("link")), "index.html");
  EXPECT_TRUE(fs::is_directory(current("empty")));
  EXPECT_EQ(read(current("a b/中文@2")), "x\n");
}

TEST_F(AnSvnRelease, IsMadeAfterAnUpdateOfTheCacheThatWasKilled) {
  ASSERT_EQ(deploy(first).error(), "");
  sh("cd cache/*.svn && sqlite3 .svn/wc.db \"insert into wc_lock values (1, '', -1)\" 2>/dev/null || true");
  sh("rm -f cache/*.svn/index.html");
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_EQ(read(current("index.html")), "one\ntwo\n");
  sh("rm -rf cache/*.svn/.svn/wc.db");
  ASSERT_EQ(deploy(commit("index.html", "three\n", "third")).error(), "");
  EXPECT_EQ(read(current("index.html")), "three\n");
}

TEST_F(AnSvnRelease, IsNotChangedByAHookThatWritesIntoTheNextOne) {
  commit("version.php", "version\n", "version");
  ASSERT_EQ(deploy(commit("a", "a\n", "a")).error(), "");
  const fs::path old = fs::canonical(current());
  before_switch = [&] { sh("echo more >> www/releases/" + known().front().name + "/version.php"); };
  ASSERT_EQ(deploy(commit("a", "aa\n", "aa")).error(), "");
  EXPECT_EQ(read(current("version.php")), "version\nmore\n");
  EXPECT_EQ(read(old / "version.php"), "version\n");
}

TEST_F(AnSvnRelease, OfARevisionThatDoesNotExistFailsWithNothingSwitched) {
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_THAT(deploy("9999").error(), HasSubstr("9999"));
  EXPECT_EQ(read(current("index.html")), "one\ntwo\n");
  EXPECT_EQ(known().size(), 1U);
}

TEST_F(AnSvnRelease, ReadsHistoryAndRevisionsWithoutAWorkingCopy) {
  ASSERT_EQ(deploy(first).error(), "");
  EXPECT_EQ(wait_for(resolve(releases(), "", in("cache"))).value(), second);
  const auto page =
      wait_for(read_log(releases(), {.limit = 10, .before = "", .cache_directory = in("cache")}));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->commits, SizeIs(testing::Ge(2U)));
}

}  // namespace
}  // namespace slipway::vcs
