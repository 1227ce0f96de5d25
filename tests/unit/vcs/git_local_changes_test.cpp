#include "vcs/git_sandbox.h"

namespace slipway::vcs {
namespace {

class LocalChangesInGit : public GitSandbox {
 protected:
  LocalChangesInGit() {
    write(in("origin/config.ini"), "port=1\n");
    base = commit("other.txt", "other\n", "more files");
    sh("cd site && git pull -q");
  }
  std::string base;
};

TEST_F(LocalChangesInGit, SurviveAnUpdateThatDoesNotTouchThem) {
  write(in("site/config.ini"), "port=2\n");
  sh("cd site && echo staged > other.txt && git add other.txt");
  const std::string next = commit("index.html", "three\n", "third");
  const auto before = wait_for(read_status(spec()));
  ASSERT_TRUE(before);
  EXPECT_THAT(before->modified, ElementsAre("config.ini", "other.txt"));
  const Order done = order(spec(), next);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(site("config.ini"), "port=2\n");
  EXPECT_EQ(site("other.txt"), "staged\n");
  EXPECT_EQ(head(), next);
}

TEST_F(LocalChangesInGit, ThatWouldBeOverwrittenFailBeforeAnythingChanged) {
  write(in("site/config.ini"), "port=2\n");
  const std::string next = commit("config.ini", "port=3\n", "third");
  const Order done = order_until_prepared(spec(), next);
  EXPECT_THAT(done.error(), AllOf(HasSubstr("would overwrite local changes"), HasSubstr("config.ini")));
  EXPECT_EQ(done.done.error().code, base::ErrorCode::conflict);
  EXPECT_EQ(head(), base);
  EXPECT_EQ(site("config.ini"), "port=2\n");
}

TEST_F(LocalChangesInGit, MadeByAHookAfterTheCheckAreNotOverwrittenEither) {
  const std::string next = commit("config.ini", "port=3\n", "third");
  before_switch = [this] { write(in("site/config.ini"), "hook\n"); };
  EXPECT_THAT(order(spec(), next).error(), AllOf(HasSubstr("changed since"), HasSubstr("config.ini")));
  EXPECT_EQ(head(), base);
  EXPECT_EQ(site("config.ini"), "hook\n");
}

TEST_F(LocalChangesInGit, FailTheCheckWhereTheyAreRefused) {
  for (int index = 0; index < 25; ++index) write(in("origin") / ("many" + std::to_string(index)), "x\n");
  commit("index.html", "many\n", "many files");
  sh("cd site && git pull -q && for f in many*; do echo y > $f; done");
  const Order done = order(spec(LocalChanges::refuse), first);
  ASSERT_FALSE(done.checked);
  EXPECT_THAT(done.error(),
              AllOf(HasSubstr("local changes in 25 files"), HasSubstr("many0"), HasSubstr("and 5 more")));
}

TEST_F(LocalChangesInGit, AreSavedAsAPatchThatCanBeAppliedAgain) {
  const std::string binary("\0\1\2\xff", 4);
  write(in("site/config.ini"), "port=2\n");
  write(in("site/caf\xe9.bin"), binary);
  sh("cd site && git add caf* && rm other.txt");
  const std::string next = commit("index.html", "three\n", "third");
  const Order done = order(spec(LocalChanges::discard), next);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(head(), next);
  EXPECT_EQ(site("config.ini"), "port=1\n");
  EXPECT_FALSE(fs::exists(in("site/caf\xe9.bin")));
  EXPECT_EQ(sh("cd site && git status --porcelain"), "");
  ASSERT_THAT(done.notes, SizeIs(1));
  const std::string patch = sh("ls \"$PWD\"/patches/order1-*.patch");
  EXPECT_THAT(done.notes[0], HasSubstr(patch));
  EXPECT_EQ(sh("stat -c %a '" + patch + "'"), "600");
  sh("cd site && git apply '" + patch + "'");
  EXPECT_EQ(site("config.ini"), "port=2\n");
  EXPECT_EQ(site("caf\xe9.bin"), binary);
  EXPECT_FALSE(fs::exists(in("site/other.txt")));
}

TEST_F(LocalChangesInGit, AreDiscardedAlsoWhereTheRevisionIsTheSame) {
  write(in("site/config.ini"), "port=2\n");
  ASSERT_EQ(order(spec(LocalChanges::discard), base).error(), "");
  EXPECT_EQ(site("config.ini"), "port=1\n");
}

TEST_F(LocalChangesInGit, OfAHookAreDiscardedToo) {
  const std::string next = commit("config.ini", "port=3\n", "third");
  before_switch = [this] { write(in("site/config.ini"), "hook\n"); };
  const Order done = order(spec(LocalChanges::discard), next);
  EXPECT_EQ(done.error(), "");
  EXPECT_EQ(site("config.ini"), "port=3\n");
  EXPECT_THAT(done.notes, ElementsAre(HasSubstr("saved the local changes")));
}

TEST_F(LocalChangesInGit, AreKeptWhereTheyCannotBeSaved) {
  write(in("site/config.ini"), "port=2\n");
  write(in("patches"), "a file in the way");
  EXPECT_THAT(order(spec(LocalChanges::discard), first).error(), HasSubstr("cannot be saved"));
  EXPECT_EQ(site("config.ini"), "port=2\n");
}

TEST_F(LocalChangesInGit, TakenOutOfTheIndexAreNotOverwritten) {
  sh("cd site && git rm -q --cached config.ini && echo secret > config.ini");
  EXPECT_THAT(order(spec(LocalChanges::discard), first).error(), HasSubstr("config.ini"));
  EXPECT_EQ(site("config.ini"), "secret\n");
}

class UntrackedFilesInGit : public GitSandbox {};

TEST_F(UntrackedFilesInGit, AreNeverTouched) {
  write(in("site/upload/photo.jpg"), "photo");
  const std::string next = commit("upload.txt", "x\n", "third");
  for (const LocalChanges changes : {LocalChanges::keep, LocalChanges::refuse, LocalChanges::discard}) {
    ASSERT_EQ(order(spec(changes), next).error(), "");
    ASSERT_EQ(order(spec(changes), first).error(), "");
  }
  EXPECT_EQ(site("upload/photo.jpg"), "photo");
}

TEST_F(UntrackedFilesInGit, ThatTheNewRevisionBringsFailBeforeAnythingChanged) {
  write(in("site/new.txt"), "mine");
  const std::string next = commit("new.txt", "theirs\n", "third");
  for (const LocalChanges changes : {LocalChanges::keep, LocalChanges::refuse, LocalChanges::discard}) {
    EXPECT_THAT(order_until_prepared(spec(changes), next).error(),
                AllOf(HasSubstr("not under version control"), HasSubstr("new.txt")));
  }
  EXPECT_EQ(head(), second);
  EXPECT_EQ(site("new.txt"), "mine");
}

TEST_F(UntrackedFilesInGit, AreProtectedAlsoWhereTheyAreIgnored) {
  write(in("site/.git/info/exclude"), "settings.php\ncache/\n");
  write(in("site/settings.php"), "password");
  write(in("site/cache/a"), "cached");
  const std::string next = commit("settings.php", "default\n", "third");
  EXPECT_THAT(order(spec(), next).error(), HasSubstr("settings.php"));
  sh("cd origin && git rm -q settings.php");
  const std::string instead = commit("cache", "a file now\n", "fourth");
  EXPECT_THAT(order(spec(), instead).error(), HasSubstr("cache/a"));
  EXPECT_EQ(site("settings.php"), "password");
  EXPECT_EQ(site("cache/a"), "cached");
}

TEST_F(UntrackedFilesInGit, AreSeenWhereADirectoryWouldReplaceThem) {
  write(in("site/data"), "mine");
  const std::string next = commit("data/deep/file", "theirs\n", "third");
  EXPECT_THAT(order(spec(), next).error(), HasSubstr("data"));
  fs::remove(in("site/data"));
  fs::create_symlink("/nowhere", in("site/data"));
  EXPECT_THAT(order(spec(), next).error(), HasSubstr("data"));
}

TEST_F(UntrackedFilesInGit, DoNotHinderTrackedFilesThatBecomeDirectoriesAndBack) {
  const std::string file = commit("thing", "a file\n", "third");
  sh("cd origin && git rm -q thing");
  const std::string directory = commit("thing/inside", "a directory\n", "fourth");
  ASSERT_EQ(order(spec(), file).error(), "");
  ASSERT_EQ(order(spec(), directory).error(), "");
  ASSERT_EQ(order(spec(), file).error(), "");
  EXPECT_EQ(site("thing"), "a file\n");
}

class LocalCommitsInGit : public GitSandbox {
 protected:
  LocalCommitsInGit() {
    sh("cd site && echo fix > fix.txt && git add fix.txt && git commit -q -m 'a hot fix'");
  }
};

TEST_F(LocalCommitsInGit, AreNotDropped) {
  const std::string local = head();
  const std::string next = commit("index.html", "three\n", "third");
  for (const LocalChanges changes : {LocalChanges::keep, LocalChanges::refuse}) {
    for (const std::string& revision : {next, first, second}) {
      EXPECT_THAT(order(spec(changes), revision).error(),
                  AllOf(HasSubstr("never pushed"), HasSubstr("a hot fix")));
    }
  }
  EXPECT_EQ(head(), local);
}

TEST_F(LocalCommitsInGit, AreKeptUnderARefWhereChangesAreDiscarded) {
  const std::string local = head();
  const Order done = order(spec(LocalChanges::discard), first);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(head(), first);
  EXPECT_EQ(sh("cd site && git rev-parse refs/slipway/saved/order1"), local);
  EXPECT_THAT(done.notes, ElementsAre(HasSubstr("refs/slipway/saved/order1")));
}

TEST_F(LocalCommitsInGit, DoNotMatterOnceTheyWerePushed) {
  sh("cd origin && git checkout -q --detach && cd ../site && git push -q origin main && cd ../origin && git "
     "checkout -q main");
  EXPECT_EQ(order(spec(), first).error(), "");
}

TEST_F(LocalCommitsInGit, AreFoundOnADetachedHeadToo) {
  sh("cd site && git checkout -q --detach");
  EXPECT_THAT(order(spec(), first).error(), HasSubstr("a hot fix"));
}

}  // namespace
}  // namespace slipway::vcs
