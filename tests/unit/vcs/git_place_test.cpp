#include <unistd.h>

#include "vcs/git_sandbox.h"

namespace slipway::vcs {
namespace {

class AGitPath : public GitSandbox {
 protected:
  Spec at(const fs::path& path) const {
    Spec there = spec();
    there.path = path;
    return there;
  }
  std::string refusal(const Spec& spec) {
    const Order done = order_until_prepared(spec, second);
    return done.checked ? "" : done.error();
  }
  std::string siblings() const { return sh("ls -A | grep slipway- || true"); }
};

TEST_F(AGitPath, ThatIsMissingIsCloned) {
  const Spec fresh = at(in("www/例 子/app"));
  const Order done = order(fresh, first);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->revision, "");
  EXPECT_EQ(read(fresh.path / "index.html"), "one\n");
  EXPECT_EQ(sh("cd www/*/app && git status --porcelain && git rev-parse HEAD"), first);
  sh("cd www/*/app && git pull -q");
  EXPECT_EQ(read(fresh.path / "index.html"), "two\n");
  EXPECT_EQ(sh("ls -A www/*"), "app");
}

TEST_F(AGitPath, ThatIsEmptyIsClonedAndKeepsItsMode) {
  fs::create_directory(in("fresh"));
  sh("chmod 2750 fresh");
  ASSERT_EQ(order(at(in("fresh/")), second).error(), "");
  EXPECT_EQ(sh("stat -c %a fresh"), "2750");
  EXPECT_EQ(siblings(), "");
}

TEST_F(AGitPath, ThatIsMissingAppearsOnlyWithTheSwitch) {
  {
    const Order prepared = order_until_prepared(at(in("fresh")), second);
    ASSERT_EQ(prepared.error(), "");
    EXPECT_FALSE(fs::exists(in("fresh")));
    EXPECT_THAT(siblings(), "fresh.slipway-order1");
  }
  EXPECT_EQ(siblings(), "") << "an order that ends before its switch leaves nothing";
}

TEST_F(AGitPath, IsClearedOfWhatAnEarlierOrderLeft) {
  write(in("fresh.slipway-01h455vb4pex5vsknk084sn02q/half"), "x");
  write(in("fresh.slipway-backup/mine"), "x");
  ASSERT_EQ(order(at(in("fresh")), second).error(), "");
  EXPECT_EQ(siblings(), "fresh.slipway-backup");
}

TEST_F(AGitPath, IsClonedWithTheConfiguredBranch) {
  sh("cd origin && git checkout -q -b live/eu");
  const std::string live = commit("index.html", "live\n", "live");
  sh("cd origin && git checkout -q main");
  Spec fresh = at(in("fresh"));
  fresh.branch = "live/eu";
  ASSERT_EQ(order(fresh, live).error(), "");
  EXPECT_EQ(sh("cd fresh && git rev-parse --abbrev-ref HEAD@{upstream}"), "origin/live/eu");
  fresh.path = in("fresh2");
  fresh.branch = "gone";
  EXPECT_THAT(order(fresh, live).error(), HasSubstr("the branch 'gone' does not exist"));
  EXPECT_FALSE(fs::exists(in("fresh2")));
  EXPECT_EQ(siblings(), "");
}

TEST_F(AGitPath, IsLeftAloneWhenTheCloneFails) {
  Spec fresh = at(in("fresh"));
  fresh.url = "file:///nowhere/at all";
  const Order done = order(fresh, first);
  EXPECT_THAT(done.error(), HasSubstr("file:///nowhere/at all is not there"));
  EXPECT_EQ(sh("ls -A | grep fresh || true"), "");
  fresh.url = url();
  EXPECT_THAT(order(fresh, std::string(40, '7')).error(), HasSubstr("choose another revision"));
  EXPECT_EQ(sh("ls -A | grep fresh || true"), "");
}

TEST_F(AGitPath, WithoutAUrlCannotBeCloned) {
  Spec fresh = at(in("fresh"));
  fresh.url = "";
  EXPECT_THAT(refusal(fresh), HasSubstr("no url is configured"));
}

TEST_F(AGitPath, MayNotBeSomethingElse) {
  write(in("file"), "x");
  EXPECT_THAT(refusal(at(in("file"))), HasSubstr("is a file"));
  write(in("full/x"), "x");
  EXPECT_THAT(refusal(at(in("full"))), HasSubstr("is not empty and is no git working copy"));
  sh("git clone -q --bare origin bare");
  EXPECT_THAT(refusal(at(in("bare"))), HasSubstr("bare repository"));
  write(in("site/sub/x"), "x");
  EXPECT_THAT(refusal(at(in("site/sub"))), HasSubstr("inside of the working copy " + in("site").string()));
  EXPECT_THAT(refusal(at("relative/path")), HasSubstr("not absolute"));
  EXPECT_THAT(refusal(at("/")), HasSubstr("cannot be a working copy"));
  sh("git init -q unborn && cd unborn && git remote add origin '" + url() + "'");
  EXPECT_THAT(refusal(at(in("unborn"))), HasSubstr("without a commit"));
}

TEST_F(AGitPath, WithADamagedRepositoryIsNotTakenForTheOneAroundIt) {
  fs::create_directories(in("site/inner/.git"));
  EXPECT_THAT(refusal(at(in("site/inner"))), HasSubstr("is not a working copy"));
}

TEST_F(AGitPath, OfAnotherUrlIsRefusedWithBothShown) {
  Spec other = spec();
  other.url = "https://me:secret@example.org/other.git";
  EXPECT_THAT(refusal(other), AllOf(HasSubstr(url()), HasSubstr("https://***@example.org/other.git"),
                                    Not(HasSubstr("secret"))));
  other.url = in("origin").string() + "/";
  EXPECT_EQ(refusal(other), "");
}

TEST_F(AGitPath, WithoutAnOriginIsFetchedByItsUrl) {
  sh("cd site && git remote remove origin");
  const std::string third = commit("index.html", "three\n", "third");
  ASSERT_EQ(order(spec(), third).error(), "");
  EXPECT_EQ(head(), third);
  Spec nothing = spec();
  nothing.url = "";
  EXPECT_THAT(refusal(nothing), HasSubstr("no remote 'origin'"));
}

TEST_F(AGitPath, MayBeASymbolicLinkOrALinkedWorkTree) {
  fs::create_directory_symlink(in("site"), in("current"));
  ASSERT_EQ(order(at(in("current")), first).error(), "");
  EXPECT_EQ(site(), "one\n");
  EXPECT_TRUE(fs::is_symlink(in("current")));
  sh("cd site && git worktree add -q -b side ../linked origin/main");
  ASSERT_EQ(order(at(in("linked")), first).error(), "");
  EXPECT_EQ(read(in("linked/index.html")), "one\n");
}

TEST_F(AGitPath, OfAnotherOwnerIsRefusedWithBothNamed) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  sh("chown -R nobody site");
  EXPECT_THAT(refusal(spec()), AllOf(HasSubstr("belongs to nobody"), HasSubstr("safe.directory")));
}

TEST_F(AGitPath, AcceptsNoDangerousUrl) {
  for (const std::string bad : {"ext::sh -c 'touch /tmp/x'", "--upload-pack=x", "relative/path", "fd::17",
                                "ssh://-oProxyCommand=x/y"}) {
    Spec fresh = at(in("fresh"));
    fresh.url = bad;
    EXPECT_NE(refusal(fresh), "") << bad;
  }
  Spec fresh = spec();
  fresh.branch = "--force";
  EXPECT_THAT(refusal(fresh), HasSubstr("option"));
}

class AGitSubmodule : public GitSandbox {
 protected:
  AGitSubmodule() {
    sh("git init -q lib && cd lib && echo 1 > lib.c && git add . && git commit -q -m lib");
    allow_file_transport();
    sh("cd origin && git submodule --quiet add 'file://" + in("lib").string() +
       "' vendor/lib && git commit -q -m 'with lib'");
    with_lib = sh("cd origin && git rev-parse HEAD");
  }
  static void allow_file_transport() {
    ::setenv("GIT_CONFIG_COUNT", "1", 1);
    ::setenv("GIT_CONFIG_KEY_0", "protocol.file.allow", 1);
    ::setenv("GIT_CONFIG_VALUE_0", "always", 1);
  }
  std::string new_lib() const {
    sh("cd lib && echo 2 > lib.c && git commit -q -am 'lib 2' && cd ../origin/vendor/lib && git pull -q");
    return sh("cd origin && git commit -q -am 'newer lib' && git rev-parse HEAD");
  }
  std::string with_lib;
};

TEST_F(AGitSubmodule, FollowsForwardBackAndAway) {
  ASSERT_EQ(order(spec(), with_lib).error(), "");
  EXPECT_EQ(site("vendor/lib/lib.c"), "1\n");
  const std::string newer = new_lib();
  ASSERT_EQ(order(spec(), newer).error(), "");
  EXPECT_EQ(site("vendor/lib/lib.c"), "2\n");
  ASSERT_EQ(order(spec(), with_lib).error(), "");
  EXPECT_EQ(site("vendor/lib/lib.c"), "1\n");
  ASSERT_EQ(order(spec(), first).error(), "");
  ASSERT_EQ(order(spec(), newer).error(), "") << "over the directory that git left behind";
  EXPECT_EQ(site("vendor/lib/lib.c"), "2\n");
}

TEST_F(AGitSubmodule, IsThereAfterAClone) {
  Spec fresh = spec();
  fresh.path = in("fresh");
  ASSERT_EQ(order(fresh, with_lib).error(), "");
  EXPECT_EQ(read(in("fresh/vendor/lib/lib.c")), "1\n");
  EXPECT_EQ(sh("cd fresh && git submodule status | cut -c1"), " ")
      << "a dash would mean that it is not there";
}

TEST_F(AGitSubmodule, ThatFailsIsReportedTruthfullyAndRepairedByTheNextOrder) {
  ::unsetenv("GIT_CONFIG_COUNT");
  const Order done = order(spec(LocalChanges::refuse), with_lib);
  EXPECT_THAT(done.error(), AllOf(HasSubstr("its submodules are not"), HasSubstr("protocol.file.allow")));
  EXPECT_EQ(head(), with_lib);
  allow_file_transport();
  ASSERT_EQ(order(spec(LocalChanges::refuse), with_lib).error(), "");
  EXPECT_EQ(site("vendor/lib/lib.c"), "1\n");
}

TEST_F(AGitSubmodule, WithEditsIsNotDiscarded) {
  ASSERT_EQ(order(spec(), with_lib).error(), "");
  write(in("site/vendor/lib/lib.c"), "edited\n");
  EXPECT_THAT(order(spec(LocalChanges::discard), first).error(), HasSubstr("vendor/lib"));
  EXPECT_THAT(order(spec(LocalChanges::keep), new_lib()).error(), HasSubstr("vendor/lib"));
  EXPECT_EQ(site("vendor/lib/lib.c"), "edited\n");
}

}  // namespace
}  // namespace slipway::vcs
