#include <cstdlib>

#include "vcs/git_sandbox.h"

namespace slipway::vcs {
namespace {

class AGitQuery : public GitSandbox {
 protected:
  Spec missing() const {
    Spec spec = this->spec();
    spec.path = in("not there");
    return spec;
  }
  std::string resolved(const Spec& spec, const std::string& wanted) {
    const auto id = wait_for(resolve(spec, wanted, in("cache")));
    return id ? *id : std::string{base::name_of(id.error().code)} + ": " + id.error().message;
  }
  base::Result<CommitPage> log(const Spec& spec, std::size_t limit, const std::string& before = "") {
    return wait_for(read_log(spec, {limit, before, in("cache")}));
  }
  static std::vector<std::string> messages(const base::Result<CommitPage>& page) {
    std::vector<std::string> texts;
    if (!page) return {page.error().message};
    for (const Commit& commit : page->commits) texts.push_back(commit.message);
    return texts;
  }
  std::string refs() const {
    return sh("cd site && git for-each-ref refs/heads refs/remotes && cat .git/HEAD");
  }
};

TEST_F(AGitQuery, ResolvesTheNewestOfTheBranchWithOneProcess) {
  const std::string third = commit("index.html", "three\n", "third");
  count_processes();
  EXPECT_EQ(resolved(spec(), ""), third);
  EXPECT_THAT(started(), ElementsAre("git ls-remote"));
  EXPECT_EQ(resolved(missing(), ""), third);
  sh("cd origin && git checkout -q -b live");
  const std::string live = commit("index.html", "live\n", "live");
  Spec branch = missing();
  branch.branch = "live";
  EXPECT_EQ(resolved(branch, ""), live);
  branch.branch = "gone";
  EXPECT_THAT(resolved(branch, ""), AllOf(HasSubstr("not_found"), HasSubstr("'gone' does not exist")));
}

TEST_F(AGitQuery, ResolvesIdsTheirBeginningsAndNames) {
  sh("cd origin && git tag plain " + first + " && git tag -a -m annotated v1.0 " + first +
     " && git branch feature/x " + first);
  const std::string third = commit("index.html", "three\n", "third");
  for (const Spec& spec : {this->spec(), missing()}) {
    EXPECT_EQ(resolved(spec, third), third);
    EXPECT_EQ(resolved(spec, third.substr(0, 12)), third);
    EXPECT_EQ(resolved(spec, first.substr(0, 7)), first);
    EXPECT_EQ(resolved(spec, "plain"), first);
    EXPECT_EQ(resolved(spec, "v1.0"), first) << "the commit, not the tag's object";
    EXPECT_EQ(resolved(spec, "refs/tags/v1.0"), first);
    EXPECT_EQ(resolved(spec, "feature/x"), first);
    EXPECT_EQ(resolved(spec, "main"), third);
    EXPECT_THAT(resolved(spec, "nothing"), HasSubstr("not_found"));
    EXPECT_THAT(resolved(spec, std::string(40, '7')), HasSubstr("not_found"));
    EXPECT_THAT(resolved(spec, "0123456"), HasSubstr("not_found"));
  }
}

TEST_F(AGitQuery, TakesAFewDigitsForABranchBeforeACommit) {
  sh("cd origin && git branch " + second.substr(0, 4) + " " + first);
  EXPECT_EQ(resolved(spec(), second.substr(0, 4)), first);
  EXPECT_EQ(resolved(spec(), second.substr(0, 5)), second);
}

TEST_F(AGitQuery, ResolvesAKnownIdWithoutTheNetwork) {
  unplug();
  EXPECT_EQ(resolved(spec(), first), first);
  EXPECT_EQ(resolved(spec(), first.substr(0, 8)), first);
}

TEST_F(AGitQuery, LeavesNoTemporaryRepositoryBehindWithoutACache) {
  const char* const outer = std::getenv("TMPDIR");
  const std::string before = outer == nullptr ? "/tmp" : outer;
  fs::create_directory(in("tmp"));
  ::setenv("TMPDIR", in("tmp").c_str(), 1);
  const auto id = wait_for(resolve(missing(), first));
  ::setenv("TMPDIR", before.c_str(), 1);
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_TRUE(fs::is_empty(in("tmp")));
}

TEST_F(AGitQuery, RefusesWhatCouldBeAnOption) {
  for (const std::string bad :
       {"--upload-pack=x", "-x", "a..b", "a b", "main~1", "@{-1}", "x\n", "a:b", "HEAD^", "*"}) {
    EXPECT_THAT(resolved(spec(), bad), HasSubstr("invalid")) << bad;
  }
}

TEST_F(AGitQuery, SaysWhenANameIsABranchAndATag) {
  sh("cd origin && git branch both " + first + " && git tag both " + second);
  EXPECT_THAT(resolved(spec(), "both"), AllOf(HasSubstr("invalid"), HasSubstr("refs/tags/both")));
  EXPECT_EQ(resolved(spec(), "refs/heads/both"), first);
}

TEST_F(AGitQuery, ReadsTheHistoryOfTheRemoteWithoutTouchingTheBranches) {
  const std::string before = refs();
  const std::string third = commit("index.html", "three\n", "third\n\nwith a body\n\n");
  for (const Spec& spec : {this->spec(), missing()}) {
    const auto page = log(spec, 2);
    EXPECT_THAT(messages(page), ElementsAre("third\n\nwith a body", "second"));
    EXPECT_TRUE(page->more);
    EXPECT_EQ(page->commits[0].revision, third);
    EXPECT_EQ(page->commits[0].author, "Ada");
    const auto rest = log(spec, 2, page->commits[1].revision);
    EXPECT_THAT(messages(rest), ElementsAre("first"));
    EXPECT_FALSE(rest->more);
  }
  EXPECT_EQ(refs(), before);
}

TEST_F(AGitQuery, ReadsFurtherPagesWithoutTheNetwork) {
  ASSERT_TRUE(log(spec(), 1));
  unplug();
  EXPECT_THAT(messages(log(spec(), 5, second)), ElementsAre("first"));
}

TEST_F(AGitQuery, PagesThroughMergedBranchesWithoutLosingOne) {
  sh("cd origin && for n in 1 2 3 4 5 6; do export GIT_COMMITTER_DATE=\"2030-01-0$n 00:00 +0000\"; git "
     "checkout -q -b side$n; git commit -q "
     "--allow-empty -m side$n; git checkout -q main; git commit -q --allow-empty -m main$n; git merge -q "
     "--no-ff --no-edit side$n; done");
  const std::vector<std::string> all = messages(log(spec(), 100));
  EXPECT_THAT(all, SizeIs(20));
  std::vector<std::string> paged;
  std::string before;
  for (bool more = true; more;) {
    const auto page = log(spec(), 3, before);
    ASSERT_TRUE(page) << page.error().message;
    for (const Commit& commit : page->commits) paged.push_back(commit.message);
    before = page->commits.back().revision;
    more = page->more;
  }
  EXPECT_EQ(paged, all);
}

TEST_F(AGitQuery, ReadsOddAuthorsMessagesAndTimeZones) {
  sh("cd origin && GIT_AUTHOR_NAME='张三 \"|<\\t&' GIT_COMMITTER_DATE='2024-03-01T10:00:00+0800' git commit "
     "-q --allow-empty "
     "--allow-empty-message -m ''");
  sh("cd origin && printf 'caf\\351' | GIT_COMMITTER_DATE='@3600 -0330' git -c "
     "i18n.commitEncoding=ISO-8859-1 commit -q "
     "--allow-empty -F -");
  const auto page = log(spec(), 2);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->commits[0].message, "café");
  EXPECT_EQ(page->commits[1].message, "");
  EXPECT_EQ(page->commits[1].author, "张三 \"|\\t&") << "git itself drops '<'";
  EXPECT_EQ(base::to_rfc3339(page->commits[1].time), "2024-03-01T02:00:00.000Z");
}

TEST_F(AGitQuery, ShowsTheWholeHistoryOfAShallowClone) {
  sh("rm -rf site && git clone -q --depth 1 '" + url() + "' site");
  EXPECT_THAT(messages(log(spec(), 5)), ElementsAre("second", "first"));
}

TEST_F(AGitQuery, TellsOfAPageWhoseBeginningIsGone) {
  ASSERT_TRUE(log(spec(), 5));
  const auto page = log(spec(), 5, std::string(40, '7'));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, base::ErrorCode::not_found);
  EXPECT_EQ(log(spec(), 5, "-n1").error().code, base::ErrorCode::invalid);
}

TEST_F(AGitQuery, ReadsTheHistoryAlsoWhereOneBranchNameWasTheDirectoryOfAnother) {
  sh("cd origin && git checkout -q -b live && git branch -q -D main");
  Spec spec = missing();
  spec.branch = "live";
  ASSERT_TRUE(log(spec, 5));
  sh("cd origin && git checkout -q -b tmp && git branch -q -D live && git checkout -q -b live/eu && git "
     "branch -q -D tmp");
  spec.branch = "live/eu";
  EXPECT_THAT(messages(log(spec, 5)), ElementsAre("second", "first"));
}

TEST_F(AGitQuery, ReadsTheHistoryWhileAnotherQueryOrAnOrderFetches) {
  commit("index.html", "three\n", "third");
  asio::io_context loop;
  int succeeded = 0;
  for (int index = 0; index < 4; ++index) {
    asio::co_spawn(loop, read_log(spec(), {5, "", in("cache")}),
                   [&](std::exception_ptr, base::Result<CommitPage> page) {
                     EXPECT_TRUE(page) << page.error().message;
                     if (page) succeeded += page->commits.size() == 3 ? 1 : 0;
                   });
  }
  asio::co_spawn(loop, resolve(spec(), "", {}),
                 [&](std::exception_ptr, base::Result<std::string> id) { EXPECT_TRUE(id); });
  loop.run();
  EXPECT_EQ(succeeded, 4);
}

TEST_F(AGitQuery, ReadsTheStatusWithOneProcessAndWithoutATrace) {
  write(in("site/index.html"), "edited\n");
  sh("touch -d '2001-01-01' site/.git/index");
  count_processes();
  const auto status = wait_for(read_status(spec()));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->revision, second);
  EXPECT_EQ(status->branch, "main");
  EXPECT_THAT(status->modified, ElementsAre("index.html"));
  EXPECT_THAT(started(), ElementsAre("git status"));
  EXPECT_EQ(sh("date -u -r site/.git/index +%Y"), "2001");
  EXPECT_EQ(wait_for(read_status(missing()))->revision, "");
}

TEST_F(AGitQuery, RefusesAWorkingCopyOfAnotherUrl) {
  Spec other = spec();
  other.url = "git@example.org:x/y.git";
  EXPECT_THAT(resolved(other, ""), HasSubstr("is a working copy of"));
  EXPECT_THAT(messages(log(other, 5)), ElementsAre(HasSubstr("is a working copy of")));
}

TEST_F(AGitQuery, TellsOfAServerThatCannotBeReached) {
  Spec away = missing();
  away.url = "git://127.0.0.1:1/x";
  EXPECT_THAT(resolved(away, ""), AllOf(HasSubstr("unavailable"), HasSubstr("cannot be reached")));
  away.url = "ssh://127.0.0.1:1/x";
  EXPECT_THAT(resolved(away, ""), HasSubstr("unavailable"));
}

}  // namespace
}  // namespace slipway::vcs
