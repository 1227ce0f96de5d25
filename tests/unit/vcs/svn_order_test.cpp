#include "vcs/svn_sandbox.h"

namespace slipway::vcs {
namespace {

class AnSvnOrder : public SvnSandbox {
 protected:
  // As a killed svn leaves it.
  void lock() const { sh("sqlite3 site/.svn/wc.db \"insert into wc_lock values(1,'',-1)\""); }
};

TEST_F(AnSvnOrder, UpdatesAndRollsBack) {
  const std::string third = commit("目录/文 件@2.txt", "三\n", "third");
  const Order done = order(spec(), third);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->revision, second);
  EXPECT_EQ(site("目录/文 件@2.txt"), "三\n");
  EXPECT_EQ(revision(), third);
  EXPECT_THAT(done.output, HasSubstr("Updated to revision " + third));
  ASSERT_EQ(order(spec(), first).error(), "");
  EXPECT_EQ(site(), "one\n");
  EXPECT_FALSE(fs::exists(in("site/目录")));
}

TEST_F(AnSvnOrder, NeedsFourProcessesForAnUpdate) {
  const std::string third = commit("index.html", "three\n", "third");
  count_processes();
  ASSERT_EQ(order(spec(), third).error(), "");
  EXPECT_THAT(started(), ElementsAre("svn info", "svn status", "svn diff", "svn update"));
}

TEST_F(AnSvnOrder, SkipsTheNetworkWhereTheRevisionStandsAlready) {
  unplug();
  count_processes();
  ASSERT_EQ(order(spec(), second).error(), "");
  EXPECT_THAT(started(), ElementsAre("svn info", "svn status", "svnversion ."));
}

TEST_F(AnSvnOrder, StandsOnItAlsoWhereOnlyOtherBranchesMovedOn) {
  commit_elsewhere();
  sh("cd site && svn update -q");
  unplug();
  const Order done = order(spec(), second);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->revision, second) << "as the history lists it";
}

TEST_F(AnSvnOrder, UpdatesAWorkingCopyOfMixedRevisions) {
  const std::string third = commit("index.html", "three\n", "third");
  sh("cd site && svn update -q index.html && echo new > new.txt && svn add -q new.txt && svn commit -q -m "
     "'from the host'");
  ASSERT_EQ(order(spec(), second).error(), "");
  EXPECT_EQ(site(), "one\ntwo\n");
  sh("cd site && svn update -q && echo more >> new.txt && svn commit -q -m 'again'");
  const std::string last = sh("svn info --show-item last-changed-revision '" + url() + "'");
  EXPECT_EQ(order(spec(), last).error(), "") << "the new file is not untracked";
}

TEST_F(AnSvnOrder, ChecksOutAMissingPathBesideItsPlace) {
  Spec fresh = spec();
  fresh.path = in("www/新 的@x/app");
  ASSERT_EQ(order(fresh, first).error(), "");
  EXPECT_EQ(read(fresh.path / "index.html"), "one\n");
  EXPECT_EQ(sh("ls -A www/*"), "app");
  ASSERT_EQ(order(fresh, second).error(), "") << "it works where it was moved to";
  fresh.path = in("www/empty");
  fs::create_directory(fresh.path);
  fresh.url += "/nowhere";
  EXPECT_THAT(order(fresh, first).error(), HasSubstr("is not there"));
  EXPECT_EQ(sh("ls -A www/empty && ls www | grep slipway || true"), "");
}

TEST_F(AnSvnOrder, RefusesWhatIsNoWorkingCopy) {
  Spec other = spec();
  other.path = in("full");
  write(in("full/x"), "x");
  EXPECT_THAT(order(other, first).error(), HasSubstr("is not empty and is no svn working copy"));
  sh("git init -q full");
  EXPECT_THAT(order(other, first).error(), HasSubstr("not of svn"));
  other.path = in("fresh");
  other.url = "";
  EXPECT_THAT(order(other, first).error(), HasSubstr("no url is configured"));
  other.url = "svn+evil://x/y";
  EXPECT_THAT(order(other, first).error(), HasSubstr("not supported"));
}

TEST_F(AnSvnOrder, RefusesAWorkingCopyOfAnotherUrlWithBothShown) {
  Spec other = spec();
  other.url = repo() + "/branches";
  EXPECT_THAT(order(other, first).error(), AllOf(HasSubstr(url()), HasSubstr(other.url)));
  other.url = "FILE://localhost" + in("repo").string() + "//tr%75nk/";
  EXPECT_EQ(order(other, first).error(), "");
}

TEST_F(AnSvnOrder, CleansUpAfterAnInterruptedUpdateAndSaysSo) {
  lock();
  const Order done = order(spec(), first);
  ASSERT_EQ(done.error(), "");
  EXPECT_THAT(done.notes, ElementsAre(HasSubstr("svn cleanup")));
  EXPECT_EQ(site(), "one\n");
}

TEST_F(AnSvnOrder, CompletesAnUpdateThatStoppedHalfway) {
  const std::string third = commit("dir/a.txt", "a\n", "third");
  ASSERT_EQ(order(spec(), third).error(), "");
  sh("sqlite3 site/.svn/wc.db \"update nodes set presence='incomplete' where local_relpath=''\" && rm "
     "site/dir/a.txt");
  lock();
  ASSERT_EQ(order(spec(), third).error(), "");
  EXPECT_EQ(site("dir/a.txt"), "a\n");
  EXPECT_EQ(sh("cd site && svn status"), "");
}

TEST_F(AnSvnOrder, RefusesARevisionThatDoesNotExist) {
  EXPECT_EQ(order(spec(), "99").done.error().code, base::ErrorCode::not_found);
  EXPECT_EQ(order(spec(), "-r1").done.error().code, base::ErrorCode::invalid);
  EXPECT_EQ(revision(), second);
}

class LocalChangesInSvn : public SvnSandbox {
 protected:
  LocalChangesInSvn() {
    base = commit("config.ini", "port=1\n", "config");
    sh("cd site && svn update -q");
  }
  std::string base;
};

TEST_F(LocalChangesInSvn, SurviveAnUpdateThatDoesNotTouchThem) {
  write(in("site/config.ini"), "port=2222\n");
  const std::string next = commit("index.html", "three\n", "third");
  const Order done = order(spec(), next);
  ASSERT_EQ(done.error(), "");
  EXPECT_THAT(done.checked->modified, ElementsAre("config.ini"));
  EXPECT_EQ(site("config.ini"), "port=2222\n");
  EXPECT_EQ(site(), "three\n");
}

TEST_F(LocalChangesInSvn, ThatTheNewRevisionTouchesFailBeforeAnythingChanged) {
  write(in("site/config.ini"), "port=2222\n");
  const std::string next = commit("config.ini", "port=3\n", "third");
  EXPECT_THAT(order(spec(), next).error(), AllOf(HasSubstr("would overwrite"), HasSubstr("config.ini")));
  EXPECT_EQ(site("config.ini"), "port=2222\n");
  EXPECT_EQ(revision(), base);
}

TEST_F(LocalChangesInSvn, InADirectoryThatGoesFailToo) {
  const std::string added = commit("dir/file.txt", "x\n", "dir");
  ASSERT_EQ(order(spec(), added).error(), "");
  write(in("site/dir/file.txt"), "edited\n");
  EXPECT_THAT(order(spec(), base).error(), HasSubstr("dir/file.txt"));
}

TEST_F(LocalChangesInSvn, FailTheCheckWhereTheyAreRefused) {
  write(in("site/config.ini"), "port=2222\n");
  sh("cd site && svn changelist -q mine config.ini && svn propset -q p v index.html");
  EXPECT_THAT(order(spec(LocalChanges::refuse), first).error(),
              AllOf(HasSubstr("local changes in 2 files"), HasSubstr("config.ini"), HasSubstr("index.html")));
}

TEST_F(LocalChangesInSvn, AreSavedAsAPatchThatCanBeAppliedAgain) {
  write(in("site/config.ini"), "port=2222\n");
  write(in("site/added.txt"), "added\n");
  sh("cd site && svn add -q added.txt");
  const std::string next = commit("added.txt", "theirs\n", "third");
  const Order done = order(spec(LocalChanges::discard), next);
  ASSERT_EQ(done.error(), "") << "what was added is dropped as well";
  EXPECT_EQ(site("config.ini"), "port=1\n");
  EXPECT_EQ(site("added.txt"), "theirs\n");
  const std::string patch = sh("ls \"$PWD\"/patches/order1-*.patch");
  EXPECT_THAT(done.notes, ElementsAre(HasSubstr(patch)));
  EXPECT_EQ(sh("stat -c %a '" + patch + "'"), "600");
  ASSERT_EQ(order(spec(), base).error(), "");
  sh("cd site && svn patch -q '" + patch + "'");
  EXPECT_EQ(site("config.ini"), "port=2222\n");
  EXPECT_EQ(site("added.txt"), "added\n");
}

TEST_F(LocalChangesInSvn, MadeByAHookConflictAndAreReportedWithTheirNames) {
  const std::string next = commit("config.ini", "port=3\n", "third");
  before_switch = [this] { write(in("site/config.ini"), "port=2222\n"); };
  const Order done = order(spec(), next);
  EXPECT_THAT(done.error(), AllOf(HasSubstr("conflicts in config.ini"), HasSubstr("svn resolve")));
  before_switch = [] {};
  EXPECT_THAT(order(spec(), next).error(), AllOf(HasSubstr("unresolved conflicts"), HasSubstr("config.ini")));
}

TEST_F(LocalChangesInSvn, ThatAreNotTrackedAreNeverTouched) {
  write(in("site/new.txt"), "mine");
  sh("cd site && svn propset -q svn:ignore ignored.txt . && svn commit -q -m ignore . && svn update -q");
  write(in("site/ignored.txt"), "mine");
  sh("cd dev && svn update -q");
  const std::string next = commit("new.txt", "theirs\n", "third");
  const std::string after = commit("ignored.txt", "theirs\n", "fourth");
  EXPECT_THAT(order(spec(), next).error(),
              AllOf(HasSubstr("not under version control"), HasSubstr("new.txt")));
  fs::remove(in("site/new.txt"));
  ASSERT_EQ(order(spec(), next).error(), "");
  EXPECT_THAT(order(spec(LocalChanges::discard), after).error(), HasSubstr("ignored.txt"));
  EXPECT_EQ(site("ignored.txt"), "mine");
}

TEST_F(LocalChangesInSvn, ThatAreOnlyMissingFilesComeBack) {
  fs::remove(in("site/config.ini"));
  const Order done = order(spec(), base);
  ASSERT_EQ(done.error(), "");
  EXPECT_THAT(done.checked->modified, ElementsAre("config.ini"));
  EXPECT_EQ(site("config.ini"), "port=1\n");
}

}  // namespace
}  // namespace slipway::vcs
