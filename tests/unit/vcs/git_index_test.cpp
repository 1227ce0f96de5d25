#include "vcs/git_index.h"

#include "vcs/git_sandbox.h"

namespace slipway::vcs {
namespace {

class AGitIndex : public GitSandbox {
 protected:
  AGitIndex() {
    commit("dir/page", "page\n", "a folder");
    sh("cd site && git pull -q");
    settle();
  }

  // Files that are older than the index: what git saw of them is what they are.
  void settle() const {
    sh("cd site && find . -name .git -prune -o -type f -exec touch -h -d '1 hour ago' {} + && "
       "git update-index -q --refresh || true");
  }

  std::optional<GitIndex> index() const { return GitIndex::read(in("site/.git/index"), 20); }

  GitDifference change(const std::string& path) const {
    return {'M', 0100644, 0100644, sh("cd site && git rev-parse 'HEAD:" + path + "'"), path};
  }
  static GitDifference addition(const std::string& path) {
    return {'A', 0, 0100644, std::string(40, '0'), path};
  }

  bool untouched(const GitDifference& difference) const {
    const auto now = index();
    return now && now->is_untouched(in("site"), difference);
  }
};

TEST_F(AGitIndex, KnowsFilesThatNobodyTouched) {
  EXPECT_TRUE(untouched(change("index.html")));
  EXPECT_TRUE(untouched(change("dir/page")));
  EXPECT_TRUE(untouched(addition("new")));
  EXPECT_TRUE(untouched(addition("dir/new")));
}

TEST_F(AGitIndex, SeesEdits) {
  write(in("site/index.html"), "TWO\n");
  EXPECT_FALSE(untouched(change("index.html")));
  sh("cd site && chmod +x dir/page");
  EXPECT_FALSE(untouched(change("dir/page")));
}

TEST_F(AGitIndex, SeesAnEditThatKeepsSizeAndTime) {
  sh("cd site && cp -p index.html ../old && echo TWO > index.html && touch -r ../old index.html");
  EXPECT_FALSE(untouched(change("index.html")));
}

TEST_F(AGitIndex, DoesNotTrustAFileAsYoungAsTheIndex) {
  sh("cd site && echo two > index.html && git update-index --refresh && touch -r index.html .git/index");
  EXPECT_FALSE(untouched(change("index.html")));
}

TEST_F(AGitIndex, SeesWhatIsMissing) {
  fs::remove(in("site/index.html"));
  EXPECT_FALSE(untouched(change("index.html")));
  fs::rename(in("site/dir"), in("moved"));
  fs::create_directory_symlink(in("moved"), in("site/dir"));
  EXPECT_FALSE(untouched(change("dir/page")));
}

TEST_F(AGitIndex, SeesWhatIsStaged) {
  const GitDifference page = change("dir/page");
  sh("cd site && echo staged > dir/page && touch new && git add dir/page new");
  settle();
  EXPECT_FALSE(untouched(page));
  EXPECT_FALSE(untouched(addition("new")));
  EXPECT_FALSE(untouched(addition("new/below")));
  EXPECT_FALSE(untouched(addition("dir")));
  sh("cd site && git rm -q --cached index.html");
  EXPECT_FALSE(untouched(change("index.html")));
}

TEST_F(AGitIndex, LeavesSubmodulesToGit) {
  GitDifference module = addition("module");
  module.new_mode = submodule_mode;
  EXPECT_FALSE(untouched(module));
}

TEST_F(AGitIndex, LeavesWhatIsSpecialToGit) {
  ASSERT_TRUE(index());
  sh("cd site && git update-index --assume-unchanged index.html");
  EXPECT_FALSE(index());
  sh("cd site && git update-index --no-assume-unchanged index.html && git update-index --skip-worktree "
     "index.html");
  EXPECT_FALSE(index());
  sh("cd site && git update-index --no-skip-worktree index.html && touch soon && git add -N soon");
  EXPECT_FALSE(index());
  sh("cd site && git reset -q && git update-index --split-index");
  EXPECT_FALSE(index());
  sh("cd site && git update-index --no-split-index && git update-index --index-version 4");
  EXPECT_FALSE(index());
}

TEST_F(AGitIndex, LeavesConflictsToGit) {
  commit("index.html", "theirs\n", "theirs");
  sh("cd site && echo ours > index.html && git commit -q -a -m ours && ! git pull -q --no-rebase 2> "
     "/dev/null");
  EXPECT_FALSE(index());
}

TEST_F(AGitIndex, IsNotReadWhereItIsDamaged) {
  const GitDifference page = change("dir/page");
  const std::string whole = read(in("site/.git/index"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(in("site/.git/index"), whole.substr(0, size));
    if (const auto damaged = index()) (void)damaged->is_untouched(in("site"), page);
  }
  fs::remove(in("site/.git/index"));
  EXPECT_FALSE(index());
}

}  // namespace
}  // namespace slipway::vcs
