// What is refused before anything is done, and what is shared.
#include "vcs/release_shared.h"
#include "vcs/releases_sandbox.h"

namespace slipway::vcs {
namespace {

class APathForReleases : public GitReleases {
 protected:
  void expect_refused(const std::vector<std::string>& words) {
    const Order done = deploy(second);
    for (const std::string& word : words) EXPECT_THAT(done.error(), HasSubstr(word));
    EXPECT_FALSE(done.checked) << "it was refused after the check only";
    EXPECT_FALSE(wait_for(read_status(releases())));
  }
};

TEST_F(APathForReleases, IsNoWorkingCopy) {
  sh("git clone -q '" + url() + "' www");
  expect_refused({"is a working copy", "\"layout\": \"in_place\""});
}

TEST_F(APathForReleases, IsNoFolderOfOtherFiles) {
  write(www() / "index.html", "somebody's");
  expect_refused({"is not empty", "index.html", "choose another path"});
  EXPECT_EQ(read(www() / "index.html"), "somebody's");
}

TEST_F(APathForReleases, IsNoFile) {
  write(www(), "a file");
  expect_refused({"is a file"});
}

TEST_F(APathForReleases, HoldsNoReleasesOfSomebodyElse) {
  ASSERT_EQ(deploy(first).error(), "");
  write(www() / "releases/20200101000000/index.html", "of another tool");
  expect_refused({"20200101000000", "Move that away"});
  EXPECT_EQ(read(current("index.html")), "one\n");
}

TEST_F(APathForReleases, HasALinkNamedCurrent) {
  ASSERT_EQ(deploy(first).error(), "");
  sh("rm www/current && mkdir www/current");
  expect_refused({"is not a symbolic link", "folder"});
  sh("rmdir www/current && ln -s /etc www/current");
  expect_refused({"/etc", "none of the releases"});
  sh("rm www/current && ln -s releases/../../home www/current");
  expect_refused({"none of the releases"});
}

TEST_F(APathForReleases, WhoseReleasesLieElsewhereIsRefused) {
  ASSERT_EQ(deploy(first).error(), "");
  sh("mv www/releases elsewhere && ln -s ../elsewhere www/releases");
  expect_refused({"is not a folder of its own"});
}

TEST_F(APathForReleases, RecoversFromACurrentReleaseThatSomebodyRemoved) {
  ASSERT_EQ(deploy(first).error(), "");
  sh("rm -r www/releases/*");
  const Order done = deploy(first);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->revision, "");
  EXPECT_EQ(read(current("index.html")), "one\n");
}

TEST_F(APathForReleases, MayBeALink) {
  sh("mkdir real && ln -s real www");
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_EQ(read(in("real/current/index.html")), "two\n");
}

TEST_F(APathForReleases, NeedsAUrl) {
  Spec spec = releases();
  spec.url.clear();
  EXPECT_THAT(order_until_prepared(spec, second).error(), HasSubstr("needs a url"));
}

TEST(SharedPaths, StayInTheRelease) {
  const auto checked = check_shared({"logs/", "var//uploads", ".env"});
  ASSERT_TRUE(checked);
  EXPECT_THAT(*checked, ElementsAre("logs", "var/uploads", ".env"));
  for (const char* path : {"", "/etc", "../x", "a/../../b", "a/..", ".", "a/./b", "//", "a\nb"})
    EXPECT_FALSE(check_shared({path})) << path;
  EXPECT_FALSE(check_shared({"logs", "logs/app"}));
  EXPECT_FALSE(check_shared({"logs/app", "logs"}));
  EXPECT_TRUE(check_shared({"logs", "logs2"}));
}

class ASharedPath : public GitReleases {};

TEST_F(ASharedPath, ThatLeavesTheReleaseIsRefusedOnTheNodeToo) {
  settings.shared = {"../outside"};
  EXPECT_THAT(deploy(second).error(), AllOf(HasSubstr("../outside"), HasSubstr("..")));
  EXPECT_FALSE(fs::exists(www()));
}

TEST_F(ASharedPath, IsTakenFromTheFirstReleaseAndStaysAsItIs) {
  commit("config/app.ini", "default\n", "config");
  const std::string third = commit("logs/.keep", "", "logs");
  settings.shared = {"config/app.ini", "logs", "var/uploads"};
  ASSERT_EQ(deploy(third).error(), "");
  EXPECT_EQ(fs::read_symlink(current("config/app.ini")), "../../../shared/config/app.ini");
  EXPECT_EQ(fs::read_symlink(current("logs")), "../../shared/logs");
  EXPECT_TRUE(fs::is_directory(www() / "shared/var/uploads"));
  EXPECT_EQ(read(www() / "shared/config/app.ini"), "default\n");
  write(current("config/app.ini"), "mine\n");
  write(current("var/uploads/photo"), "photo");
  const auto status = wait_for(read_status(releases()));
  EXPECT_THAT(status->modified, IsEmpty());
  ASSERT_EQ(deploy(commit("config/app.ini", "another default\n", "config")).error(), "");
  EXPECT_EQ(read(current("config/app.ini")), "mine\n");
  EXPECT_EQ(read(current("var/uploads/photo")), "photo");
}

TEST_F(ASharedPath, IsNotLinkedToAFileOfAnEarlierRelease) {
  commit("config.ini", "default\n", "config");
  ASSERT_EQ(deploy(commit("a", "a\n", "a")).error(), "");
  const fs::path old = fs::canonical(current());
  settings.shared = {"config.ini"};
  ASSERT_EQ(deploy(commit("a", "aa\n", "aa")).error(), "");
  write(current("config.ini"), "mine\n");
  EXPECT_EQ(read(old / "config.ini"), "default\n");
  // What the new setting asks for is not in the old release: it is made anew.
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_EQ(read(current("config.ini")), "mine\n");
}

TEST_F(ASharedPath, MayBePutThereBeforeTheFirstRelease) {
  write(www() / "shared/.env", "secret\n");
  settings.shared = {".env"};
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_EQ(read(current(".env")), "secret\n");
}

TEST_F(ASharedPath, DoesNotEscapeThroughALink) {
  settings.shared = {"a/b"};
  sh("mkdir outside && mkdir -p www/shared && ln -s ../../outside www/shared/a");
  EXPECT_THAT(deploy(second).error(), HasSubstr("symbolic link"));
  sh("rm www/shared/a && mkdir www/shared/a && ln -s ../../../outside www/shared/a/b");
  EXPECT_THAT(deploy(second).error(), HasSubstr("leads out of"));
  sh("rm -r www && cd origin && ln -s ../../../outside a");
  EXPECT_THAT(deploy(commit("x", "x\n", "a link in the way")).error(), HasSubstr("symbolic link"));
  EXPECT_EQ(sh("ls outside"), "");
  EXPECT_EQ(now(), "");
}

TEST_F(ASharedPath, IsNotALinkThatTheRevisionBrings) {
  settings.shared = {"uploads"};
  sh("mkdir outside && cd origin && ln -s ../../outside uploads");
  EXPECT_THAT(deploy(commit("x", "x\n", "a link")).error(), HasSubstr("cannot be shared"));
  EXPECT_EQ(now(), "");
}

}  // namespace
}  // namespace slipway::vcs
