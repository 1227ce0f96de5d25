// Which releases stay, and what becomes of one whose order failed or died.
#include "vcs/release_cleaning.h"

#include <algorithm>

#include "vcs/releases_sandbox.h"

namespace slipway::vcs {
namespace {

std::vector<std::string> names(const std::vector<Release>& releases) {
  std::vector<std::string> all;
  for (const Release& release : releases) all.push_back(release.name);
  return all;
}

constexpr auto good = ReleaseState::good;
constexpr auto failed = ReleaseState::failed;

TEST(Cleaning, CountsOnlyGoodReleases) {
  const std::vector<Release> all{{"6", good},   {"5", failed}, {"4", good},
                                 {"3", failed}, {"2", good},   {"1", good}};
  EXPECT_THAT(names(superfluous(all, "6", "4", {.keep_releases = 3})), ElementsAre("5", "3", "1"));
  EXPECT_THAT(names(superfluous(all, "6", "4", {.keep_releases = 3, .keep_failed = true})), ElementsAre("1"));
}

TEST(Cleaning, NeverTakesTheCurrentOrThePreviousRelease) {
  const std::vector<Release> all{{"4", good}, {"3", good}, {"2", good}, {"1", good}};
  EXPECT_THAT(names(superfluous(all, "1", "2", {.keep_releases = 1})), ElementsAre("4", "3"));
  EXPECT_THAT(names(superfluous(all, "1", "2", {.keep_releases = 3})), ElementsAre("3"));
}

TEST(Cleaning, TakesWhatIsNotComplete) {
  const std::vector<Release> all{{"3", ReleaseState::building}, {"2", ReleaseState::ready}, {"1", good}};
  EXPECT_THAT(names(superfluous(all, "1", "", {})), ElementsAre("3", "2"));
  EXPECT_THAT(names(superfluous(all, "2", "1", {})), ElementsAre("3"));
}

TEST(Cleaning, TakesThePreviousReleaseIfItFailed) {
  const std::vector<Release> all{{"3", good}, {"2", failed}, {"1", good}};
  EXPECT_THAT(names(superfluous(all, "3", "2", {})), ElementsAre("2"));
}

TEST(Cleaning, KeepsWithinABudgetWhatIsWorthMost) {
  const std::vector<Release> all{{"4", good}, {"3", good}, {"2", good}, {"1", good}};
  EXPECT_THAT(names(over_budget(all, {100, 10, 10, 10}, 2, 120)), ElementsAre("1"));
  EXPECT_THAT(names(over_budget(all, {100, 10, 20, 1}, 2, 120)), ElementsAre("2", "1"));
  EXPECT_THAT(names(over_budget(all, {100, 10, 10, 10}, 2, 1)), ElementsAre("2", "1"));
  EXPECT_THAT(over_budget(all, {100, 10, 10, 10}, 2, 130), IsEmpty());
}

TEST(ReleaseNames, AreLaterThanAllOthersAlsoWhenTheClockGoesBack) {
  const auto time = base::parse_rfc3339("2026-11-24T08:00:00Z").value();
  const std::string revision(40, 'a');
  EXPECT_EQ(release_name(time, revision, {}), "20261124T080000Z-aaaaaaaaaa");
  EXPECT_EQ(release_name(time, "17", {}), "20261124T080000Z-17");
  EXPECT_EQ(release_name(time, "17", {{"20261124T080000Z-16", good}}), "20261124T080001Z-17");
  EXPECT_EQ(release_name(time, "17", {{"20991231T235959Z-9", good}, {"20261124T080000Z-16", good}}),
            "21000101T000000Z-17");
}

TEST(ReleaseNames, AreToldFromOtherNames) {
  EXPECT_TRUE(is_release_name("20261124T080000Z-0123456789"));
  for (const char* name : {"", "20261124", "20261324T080000Z-1", "20261124T080000Z-", "20261124T080000Z-x/..",
                           "20261124T080000Z_1", "20200101000000"})
    EXPECT_FALSE(is_release_name(name)) << name;
}

class ReleasesOfAPath : public GitReleases {
 protected:
  std::string deploy_new(const std::string& content) {
    EXPECT_EQ(deploy(commit("index.html", content, "next")).error(), "");
    return now();
  }
  std::vector<std::string> on_disk() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(www() / "releases"))
      found.push_back(entry.path().filename().string());
    std::ranges::sort(found);
    return found;
  }
};

TEST_F(ReleasesOfAPath, AreKeptByNumber) {
  settings.keep_releases = 3;
  std::vector<std::string> made;
  for (const char* content : {"a", "b", "c", "d", "e"}) made.push_back(deploy_new(content));
  EXPECT_THAT(on_disk(), ElementsAre(made[2], made[3], made[4]));
  EXPECT_THAT(known(), SizeIs(3));
}

TEST_F(ReleasesOfAPath, KeepTheCurrentAndThePreviousOneAfterARollback) {
  const std::string oldest = deploy_new("a");
  const std::string revision = known().front().revision;
  deploy_new("b");
  const std::string newest = deploy_new("c");
  settings.keep_releases = 1;
  ASSERT_EQ(deploy(revision).error(), "");
  EXPECT_EQ(now(), oldest);
  EXPECT_THAT(on_disk(), ElementsAre(oldest, newest));
}

TEST_F(ReleasesOfAPath, AreKeptWithinABudgetThatCountsSharedFilesOnce) {
  write(in("origin/large"), std::string(1'000'000, 'x'));
  std::vector<std::string> made;
  for (const char* content : {"a", "b", "c", "d"}) made.push_back(deploy_new(content));
  settings.keep_bytes = 1'500'000;
  made.push_back(deploy_new("e"));
  EXPECT_THAT(on_disk(), SizeIs(5));
  write(in("origin/large"), std::string(1'000'000, 'y'));
  made.push_back(deploy_new("f"));
  EXPECT_THAT(on_disk(), ElementsAre(made[4], made[5]));
}

TEST_F(ReleasesOfAPath, DoNotKeepAFailedOne) {
  const std::string old = deploy_new("a");
  before_switch = [] {};
  Order order = order_until_prepared(releases(), commit("index.html", "bad", "bad"));
  ASSERT_EQ(order.error(), "");
  EXPECT_THAT(on_disk(), SizeIs(2));
  Io io = io_of(order);
  wait_for(order.copy->conclude(false, io));
  wait_for(order.copy->tidy());
  EXPECT_THAT(on_disk(), ElementsAre(old));
  EXPECT_EQ(now(), old);
}

TEST_F(ReleasesOfAPath, KeepAFailedOneThatIsMarkedWhereThatIsWanted) {
  settings.keep_failed = true;
  const std::string old = deploy_new("a");
  Order order = order_until_prepared(releases(), commit("index.html", "bad", "bad"));
  ASSERT_EQ(order.error(), "");
  Io io = io_of(order);
  wait_for(order.copy->conclude(false, io));
  wait_for(order.copy->tidy());
  order.copy.reset();
  ASSERT_THAT(known(), SizeIs(2));
  EXPECT_EQ(known().front().state, failed);
  EXPECT_EQ(read(www() / "releases" / known().front().name / "index.html"), "bad");
  EXPECT_THAT(order.notes.back(), HasSubstr(known().front().name));
  deploy_new("c");
  EXPECT_THAT(known(), SizeIs(3));
}

TEST_F(ReleasesOfAPath, GoBackToTheOneBefore) {
  const std::string oldest = deploy_new("a");
  const std::string old = deploy_new("b");
  std::string back;
  after_switch = [&](WorkingCopy& copy) {
    Io io;
    EXPECT_EQ(read(current("index.html")), "bad");
    EXPECT_EQ(copy.hook_directory(), www() / "current");
    EXPECT_TRUE(copy.can_switch_back());
    unplug();
    back = wait_for(copy.switch_back(io)).value();
    EXPECT_FALSE(copy.can_switch_back());
    EXPECT_EQ(copy.release(), www() / "releases" / old);
    EXPECT_EQ(copy.hook_directory(), www() / "current");
    return false;
  };
  (void)deploy(commit("index.html", "bad", "bad"));
  EXPECT_EQ(now(), old);
  EXPECT_EQ(back, known().front().revision);
  EXPECT_THAT(on_disk(), ElementsAre(oldest, old));
  EXPECT_EQ(previous_release(ReleaseBook{www()}), oldest);
}

TEST_F(ReleasesOfAPath, CannotGoBackFromTheFirstOne) {
  after_switch = [](WorkingCopy& copy) {
    Io io;
    EXPECT_FALSE(copy.can_switch_back());
    EXPECT_FALSE(wait_for(copy.switch_back(io)));
    return true;
  };
  deploy_new("a");
}

TEST_F(ReleasesOfAPath, LoseWhatAnOrderLeftThatDied) {
  const std::string old = deploy_new("a");
  const std::string revision = commit("index.html", "b", "b");
  // Neither concluded nor tidied up, as after a kill.
  ASSERT_EQ(order_until_prepared(releases(), revision).error(), "");
  Release half{"20200101T000000Z-1", ReleaseState::building, "1", "x"};
  ASSERT_TRUE(ReleaseBook{www()}.add(half));
  write(www() / "releases" / half.name / "half", "half");
  EXPECT_THAT(on_disk(), SizeIs(3));
  sh("touch www/.slipway/index.lock www/.slipway/file.new && ln -s releases/x www/.slipway/link.new");
  ASSERT_EQ(deploy(revision).error(), "");
  EXPECT_THAT(on_disk(), ElementsAre(old, now()));
}

TEST_F(ReleasesOfAPath, AreRemovedAlsoWhenTheirFoldersForbidIt) {
  settings.keep_releases = 1;
  deploy_new("a");
  sh("mkdir -p www/current/cache/deep && echo x > www/current/cache/deep/x && chmod -R a-w "
     "www/current/cache");
  deploy_new("b");
  deploy_new("c");
  EXPECT_THAT(on_disk(), SizeIs(2));
}

}  // namespace
}  // namespace slipway::vcs
