#include <ctime>

#include <sstream>

#include "vcs/git_objects.h"
#include "vcs/git_sandbox.h"

namespace slipway::vcs {
namespace {

class AGitOrder : public GitSandbox {
 protected:
  // Those that are as old as the index may have been edited without a trace, and are for git to judge.
  void let_files_be_older_than_the_index() const {
    sh("cd site && touch -d '1 hour ago' * && git update-index -q --refresh");
  }

  // Two force pushes; the order that saw the first one failed before its switch.
  void follow_two_force_pushes() {
    sh("cd origin && git reset -q --hard " + first);
    const std::string forced = commit("index.html", "forced\n", "forced");
    ASSERT_EQ(order_until_prepared(spec(), forced).error(), "");
    sh("cd origin && git reset -q --hard " + first);
    const std::string again = commit("index.html", "again\n", "again");
    ASSERT_EQ(order(spec(), again).error(), "");
    EXPECT_EQ(head(), again);
  }
};

TEST_F(AGitOrder, BringsTheWorkingCopyToANewCommit) {
  const std::string third = commit("index.html", "three\n", "third");
  const Order done = order(spec(), third);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->revision, second);
  EXPECT_EQ(done.checked->branch, "main");
  EXPECT_EQ(head(), third);
  EXPECT_EQ(site(), "three\n");
  EXPECT_EQ(sh("cd site && git status --porcelain"), "");
  EXPECT_THAT(done.output, HasSubstr("main"));
}

TEST_F(AGitOrder, RollsBackWithoutTheNetworkAndAPersonCanStillPull) {
  unplug();
  ASSERT_EQ(order(spec(), first).error(), "");
  EXPECT_EQ(site(), "one\n");
  EXPECT_EQ(sh("cd site && git symbolic-ref --short HEAD"), "main");
  fs::rename(in("unplugged"), in("origin"));
  sh("cd site && git pull -q");
  EXPECT_EQ(head(), second);
}

TEST_F(AGitOrder, NeedsNoProcessWhenThereIsNothingToDo) {
  count_processes();
  ASSERT_EQ(order(spec(), second).error(), "");
  EXPECT_THAT(started(), IsEmpty());
}

TEST_F(AGitOrder, NeedsThreeProcessesForAnUpdateAndTwoForARollback) {
  let_files_be_older_than_the_index();
  const std::string third = commit("index.html", "three\n", "third");
  count_processes();
  ASSERT_EQ(order(spec(), third).error(), "");
  EXPECT_THAT(started(), ElementsAre("git fetch", "git diff-tree", "git reset"));
  let_files_be_older_than_the_index();
  write(in("started"), "");
  ASSERT_EQ(order(spec(), first).error(), "");
  EXPECT_THAT(started(), ElementsAre("git diff-tree", "git reset"));
}

TEST_F(AGitOrder, KnowsFromThePacksWhatIsThereWithoutAProcess) {
  for (int index = 0; index < 300; ++index)
    write(in("origin/many") / std::to_string(index), std::to_string(index));
  commit("index.html", "many\n", "many");
  sh("cd site && git pull -q && git repack -q -a -d");
  const std::string id = sh("cd site && git rev-list --objects --all | cut -d' ' -f1");
  ASSERT_EQ(sh("cd site && find .git/objects -type f | grep -v pack | grep -v info || true"), "");
  std::istringstream ids{id};
  for (std::string known; std::getline(ids, known);) {
    EXPECT_TRUE(may_hold_object(in("site/.git/objects"), known));
    known[39] = known[39] == '0' ? '1' : '0';
    EXPECT_FALSE(may_hold_object(in("site/.git/objects"), known));
  }
  unplug();
  EXPECT_EQ(order(spec(), first).error(), "");
}

TEST_F(AGitOrder, SucceedsWhenFilesWereOnlyTouched) {
  const std::string third = commit("index.html", "three\n", "third");
  before_switch = [this] { sh("touch -d '2001-01-01' site/index.html"); };
  sh("touch -d '2002-02-02' site/index.html");
  EXPECT_EQ(order(spec(), third).error(), "");
  EXPECT_EQ(site(), "three\n");
}

TEST_F(AGitOrder, RefusesAnUnknownCommitAndSaysWhy) {
  const std::string missing(40, '7');
  const Order done = order(spec(), missing);
  EXPECT_THAT(done.error(), AllOf(HasSubstr(missing), HasSubstr("is not in the branch 'main'"),
                                  HasSubstr("choose another revision")));
  EXPECT_EQ(done.done.error().code, base::ErrorCode::not_found);
  EXPECT_EQ(head(), second);
}

TEST_F(AGitOrder, RefusesARevisionThatIsNoWholeId) {
  EXPECT_EQ(order(spec(), "--upload-pack=touch /tmp/x").done.error().code, base::ErrorCode::invalid);
  EXPECT_EQ(order(spec(), "main").done.error().code, base::ErrorCode::invalid);
}

TEST_F(AGitOrder, RefusesAnIdThatIsNoCommit) {
  const std::string tree = sh("cd origin && git rev-parse 'HEAD^{tree}'");
  EXPECT_FALSE(order(spec(), tree).ok());
  EXPECT_EQ(head(), second);
}

TEST_F(AGitOrder, NamesADeletedBranch) {
  sh("cd origin && git checkout -q -b other && git branch -q -D main");
  const std::string missing(40, '7');
  const Order done = order(spec(), missing);
  EXPECT_THAT(done.error(),
              AllOf(HasSubstr("the branch 'main' does not exist"), HasSubstr(in("origin").string())));
}

TEST_F(AGitOrder, StillReachesACommitOfADeletedBranchThatTheServerGivesOut) {
  const std::string third = commit("index.html", "three\n", "third");
  sh("cd origin && git checkout -q -b other && git branch -q -D main");
  EXPECT_EQ(order(spec(), third).error(), "");
  EXPECT_EQ(head(), third);
}

TEST_F(AGitOrder, KeepsADetachedHeadDetachedAndSaysSo) {
  sh("cd site && git checkout -q --detach");
  const std::string third = commit("index.html", "three\n", "third");
  const Order done = order(spec(), third);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->branch, "");
  EXPECT_EQ(head(), third);
  EXPECT_THAT(done.notes, ElementsAre(HasSubstr("detached")));
  EXPECT_EQ(sh("cd site && git rev-parse --abbrev-ref HEAD"), "HEAD");
  EXPECT_EQ(order(spec(), first).error(), "") << "what was deployed by its id is nobody's local commit";
}

TEST_F(AGitOrder, RefusesAnotherBranchThanTheConfiguredOne) {
  sh("cd site && git checkout -q -b feature");
  Spec other = spec();
  other.branch = "main";
  EXPECT_THAT(order(other, first).error(),
              AllOf(HasSubstr("'feature' is checked out"), HasSubstr("git checkout main")));
}

TEST_F(AGitOrder, FollowsAForcePushAlsoAfterAnOrderThatFailedInBetween) {
  follow_two_force_pushes();
}

TEST_F(AGitOrder, FollowsAForcePushAlsoWithoutReflogs) {
  sh("cd site && git config core.logAllRefUpdates false && rm -rf .git/logs");
  follow_two_force_pushes();
}

TEST_F(AGitOrder, FollowsAForcePushThatAPersonFetchedAlready) {
  sh("cd origin && git reset -q --hard " + first);
  const std::string forced = commit("index.html", "forced\n", "forced");
  sh("cd site && git fetch -q");
  ASSERT_EQ(order(spec(), forced).error(), "");
  ASSERT_EQ(order(spec(), second).error(), "") << "back to what was pushed away, which is still here";
  ASSERT_EQ(order(spec(), forced).error(), "") << "and forward again";
}

TEST_F(AGitOrder, StaysShallowInAShallowClone) {
  sh("rm -rf site && git clone -q --depth 1 '" + url() + "' site");
  const std::string third = commit("index.html", "three\n", "third");
  ASSERT_EQ(order(spec(), third).error(), "");
  EXPECT_EQ(sh("cd site && git rev-list --count HEAD"), "2");
  ASSERT_EQ(order(spec(), first).error(), "") << "older than what the clone holds";
  EXPECT_EQ(site(), "one\n");
}

TEST_F(AGitOrder, RemovesAStaleLockOfItsOwnAndSaysSo) {
  own_lock_since = base::now() - std::chrono::seconds{5};
  write(in("site") / ".git/index.lock", "");
  const Order done = order(spec(), first);
  EXPECT_EQ(done.error(), "");
  EXPECT_THAT(done.notes, ElementsAre(HasSubstr("index.lock")));
}

TEST_F(AGitOrder, ReportsALockOfSomebodyElseWithTheCommandThatRemovesIt) {
  write(in("site") / ".git/index.lock", "");
  sh("touch -d '2024-03-01T10:00:00Z' site/.git/index.lock");
  const std::string lock = in("site").string() + "/.git/index.lock";
  EXPECT_THAT(order(spec(), first).error(),
              AllOf(HasSubstr("2024-03-01T10:00:00"), HasSubstr("rm '" + lock + "'")));
  own_lock_since = base::now() - std::chrono::seconds{5};
  EXPECT_FALSE(order(spec(), first).ok()) << "older than any order of ours";
  EXPECT_TRUE(fs::exists(lock));
}

TEST_F(AGitOrder, ToTheRevisionThatIsThereLeavesLocalChangesAlone) {
  write(in("site/index.html"), "edited\n");
  const Order kept = order(spec(), second);
  ASSERT_EQ(kept.error(), "");
  EXPECT_EQ(kept.checked->revision, second);
  EXPECT_EQ(kept.checked->branch, "main");
  EXPECT_EQ(site(), "edited\n");
  EXPECT_THAT(order(spec(LocalChanges::refuse), second).error(), HasSubstr("index.html"));
  ASSERT_EQ(order(spec(LocalChanges::discard), second).error(), "");
  EXPECT_EQ(site(), "two\n");
}

TEST_F(AGitOrder, RefusesUnmergedFilesAndAMergeInProgress) {
  sh("cd site && git reset -q --hard HEAD~1 && echo mine > index.html && git commit -q -am mine && ! git "
     "merge -q origin/main");
  EXPECT_THAT(order(spec(), second).error(),
              AllOf(HasSubstr("unresolved conflicts"), HasSubstr("index.html")));
  sh("cd site && git add index.html");
  EXPECT_THAT(order(spec(), second).error(), HasSubstr("in the middle of a merge"));
}

TEST_F(AGitOrder, WorksInAPathWithSpacesAndChinese) {
  fs::rename(in("site"), in("my 网站 @1"));
  Spec spaced = spec();
  spaced.path = in("my 网站 @1");
  const std::string third = commit("目录/文 件.txt", "三\n", "third");
  ASSERT_EQ(order(spaced, third).error(), "");
  EXPECT_EQ(read(spaced.path / "目录/文 件.txt"), "三\n");
}

TEST_F(AGitOrder, CopesWithFileNamesThatAreNotUtf8) {
  const std::string name = "caf\xe9.txt";
  const std::string third = commit(name, "x\n", "third");
  ASSERT_EQ(order(spec(), third).error(), "");
  write(in("site") / name, "edited\n");
  const std::string fourth = commit(name, "y\n", "fourth");
  EXPECT_THAT(order(spec(), fourth).error(), HasSubstr("caf\xef\xbf\xbd.txt"));
  const auto status = wait_for(read_status(spec()));
  ASSERT_TRUE(status);
  EXPECT_THAT(status->modified, ElementsAre("caf\xef\xbf\xbd.txt"));
}

TEST_F(AGitOrder, RefusesToGoOnWhenAHookMovedTheBranch) {
  before_switch = [this] { sh("cd site && git commit -q --allow-empty -m 'from a hook'"); };
  EXPECT_THAT(order(spec(), first).error(), HasSubstr("since the check"));
}

TEST_F(AGitOrder, IsStoppedOnRequest) {
  asio::io_context loop;
  process::StopRequest stop{loop.get_executor()};
  stop.request();
  auto copy = make_working_copy(spec(), {in("patches"), "order1", std::nullopt});
  Io io;
  io.output = [](process::Stream, std::string_view) -> base::Result<> { return {}; };
  io.note = [](std::string_view) -> base::Result<> { return {}; };
  io.stop = &stop;
  std::optional<base::Result<Status>> checked;
  asio::co_spawn(loop, copy->check(io),
                 [&](std::exception_ptr, base::Result<Status> result) { checked = std::move(result); });
  loop.run();
  ASSERT_TRUE(checked.has_value());
  ASSERT_FALSE(*checked);
  EXPECT_EQ(checked->error().code, base::ErrorCode::cancelled);
}

TEST_F(AGitOrder, NamesTheCommandAndTheLimitOfATimeout) {
  fs::create_directory(in("bin"));
  write(in("bin/git"), "#!/bin/sh\nsleep 60\n");
  fs::permissions(in("bin/git"), fs::perms::owner_all);
  ::setenv("PATH", (in("bin").string() + ":" + std::getenv("PATH")).c_str(), 1);
  auto copy = make_working_copy(spec(), {in("patches"), "order1", std::nullopt});
  Io io;
  io.output = [](process::Stream, std::string_view) -> base::Result<> { return {}; };
  io.note = [](std::string_view) -> base::Result<> { return {}; };
  io.timeout = std::chrono::milliseconds{200};
  const auto checked = wait_for(copy->check(io));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::ErrorCode::timeout);
  EXPECT_THAT(checked.error().message, AllOf(HasSubstr("git status"), HasSubstr("200ms")));
}

TEST_F(AGitOrder, SaysThatGitIsMissing) {
  fs::create_directory(in("empty"));
  ::setenv("PATH", in("empty").c_str(), 1);
  EXPECT_THAT(order(spec(), first).error(), HasSubstr("git is not installed"));
}

TEST_F(AGitOrder, LeavesHousekeepingToTidy) {
  const std::string third = commit("index.html", "three\n", "third");
  sh("cd site/.git/objects && mkdir -p 17 && cd 17 && for i in $(seq 30); do touch loose$i; done");
  const Order done = order(spec(), third);
  count_processes();
  wait_for(done.copy->tidy());
  EXPECT_THAT(started(), ElementsAre("git gc"));
}

TEST_F(AGitOrder, StartsNoHousekeepingWhereThereIsLittleToDo) {
  const std::string third = commit("index.html", "three\n", "third");
  const Order done = order(spec(), third);
  count_processes();
  wait_for(done.copy->tidy());
  EXPECT_THAT(started(), ElementsAre());
}

}  // namespace
}  // namespace slipway::vcs
