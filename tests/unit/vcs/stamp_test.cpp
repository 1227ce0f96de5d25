// What is told of a working copy without searching its tree.
#include "vcs/git_sandbox.h"
#include "vcs/svn_sandbox.h"

namespace slipway::vcs {
namespace {

class AGitStamp : public GitSandbox {
 protected:
  // Whether the stamp is another one after this.
  bool changes_with(const std::string& script, bool packed = false) {
    if (packed) sh("cd site && git pack-refs --all");
    const std::string before = stamp_of(spec());
    EXPECT_NE(before, "");
    sh("cd site && " + script);
    return stamp_of(spec()) != before;
  }
};

TEST_F(AGitStamp, ChangesWithTheRevisionTheBranchAndTheIndex) {
  EXPECT_TRUE(changes_with("git reset -q --hard " + first));
  EXPECT_TRUE(changes_with("git reset -q --soft " + second));
  EXPECT_TRUE(changes_with("git reset -q --soft " + first, true));
  EXPECT_TRUE(changes_with("git symbolic-ref HEAD refs/heads/other && git update-ref HEAD " + first));
  EXPECT_TRUE(changes_with("git checkout -q --detach && git reset -q --soft " + second));
  EXPECT_TRUE(changes_with("echo new > new.txt && git add new.txt"));
}

TEST_F(AGitStamp, IsTheSameAfterReadingTheStatus) {
  write(in("site/index.html"), "edited\n");
  const std::string before = stamp_of(spec());
  ASSERT_TRUE(wait_for(read_status(spec())));
  EXPECT_EQ(stamp_of(spec()), before);
}

TEST_F(AGitStamp, IsEmptyWhereThereIsNoWorkingCopy) {
  Spec missing = spec();
  missing.path = in("not there");
  EXPECT_EQ(stamp_of(missing), "");
  missing.path = in(".");
  EXPECT_EQ(stamp_of(missing), "");
}

TEST_F(AGitStamp, IsMadeWithoutAProcessAndSoIsTheRevision) {
  write(in("site/index.html"), "edited\n");
  count_processes();
  EXPECT_NE(stamp_of(spec()), "");
  const auto head = wait_for(read_head(spec()));
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->revision, second);
  EXPECT_EQ(head->branch, "main");
  EXPECT_THAT(head->modified, IsEmpty());
  EXPECT_THAT(started(), IsEmpty());
}

class AnSvnStamp : public SvnSandbox {};

TEST_F(AnSvnStamp, ChangesWithTheRevisionAndNotWithAReadStatus) {
  write(in("site/index.html"), "edited\n");
  const std::string before = stamp_of(spec());
  EXPECT_NE(before, "");
  ASSERT_TRUE(wait_for(read_status(spec())));
  EXPECT_EQ(stamp_of(spec()), before);
  sh("cd site && svn update -q -r " + first + " --accept postpone");
  EXPECT_NE(stamp_of(spec()), before);
}

TEST_F(AnSvnStamp, TellsTheRevisionWithoutTheFiles) {
  write(in("site/index.html"), "edited\n");
  const auto head = wait_for(read_head(spec()));
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->revision, second);
  EXPECT_THAT(head->modified, IsEmpty());
}

}  // namespace
}  // namespace slipway::vcs
